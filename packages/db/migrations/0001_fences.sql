-- Roles, row-level security, and what Drizzle's schema cannot say: partitions, the id sequence, storage.

-- Three runtime roles that own nothing and cannot bypass row-level security. The login of DATABASE_URL becomes
-- one of them when it connects (startup parameter "role").
do $$
declare name text;
begin
  foreach name in array array['tidings_api', 'tidings_worker', 'tidings_dispatch'] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin noinherit nobypassrls', name);
      exception when duplicate_object or unique_violation then
        null; -- another database of the same server was migrated at the same moment
      end;
    end if;
    if not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to current_user', name);
    end if;
  end loop;
end $$;
--> statement-breakpoint

grant usage on schema public to tidings_api, tidings_worker, tidings_dispatch;
--> statement-breakpoint

-- The tenant of the transaction. Policies wrap the call in (select …), so that it is evaluated once a statement.
create function current_tenant_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.tenant_id', true), '')::uuid;
--> statement-breakpoint

create function fence_tenant_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_fence on %s using (tenant_id = (select current_tenant_id()))
       with check (tenant_id = (select current_tenant_id()))', target);
end $$;
--> statement-breakpoint

select fence_tenant_table(name::regclass) from unnest(array[
  'api_keys', 'approval_decisions', 'approval_flows', 'approval_requests', 'attempts', 'audit_entries',
  'channel_grants', 'channel_secrets', 'channels', 'chunks', 'deliveries', 'flows', 'idempotency_keys',
  'identities', 'members', 'message_totals', 'messages', 'policies', 'policy_versions', 'quotas', 'receipts',
  'roles', 'sources', 'statistics_deltas', 'statistics_hourly', 'tags', 'template_versions', 'templates',
  'tenant_keys', 'user_tags', 'users', 'vendor_references'
]) as name;
--> statement-breakpoint

alter table tenants enable row level security;
--> statement-breakpoint
alter table tenants force row level security;
--> statement-breakpoint
create policy tenant_fence on tenants
  using (id = (select current_tenant_id())) with check (id = (select current_tenant_id()));
--> statement-breakpoint

-- Rights. Secrets can be written by the API and read by workers; audit entries can only be added.
grant select, insert, update, delete on all tables in schema public to tidings_api, tidings_worker;
--> statement-breakpoint
revoke all on channel_secrets from tidings_api;
--> statement-breakpoint
grant insert, update, delete, select (tenant_id, channel_id, field, updated_at) on channel_secrets to tidings_api;
--> statement-breakpoint
revoke update, delete on audit_entries from tidings_api, tidings_worker;
--> statement-breakpoint
revoke insert, update, delete on accounts, members, roles, sessions, api_keys, channel_secrets, tenant_keys
  from tidings_worker;
--> statement-breakpoint
revoke select on accounts, sessions from tidings_worker;
--> statement-breakpoint

-- The dispatcher works across tenants and sees only ids, states and due times.
grant select (id, tenant_id, message_id, channel_id, step, priority, state, due_at, lease_until, lease_token,
    delivery_count),
  update (state, lease_until, lease_token) on chunks to tidings_dispatch;
--> statement-breakpoint
grant select (id, tenant_id, state) on messages to tidings_dispatch;
--> statement-breakpoint
grant select (tenant_id, message_id, state, wake_at) on flows to tidings_dispatch;
--> statement-breakpoint
grant select (tenant_id, received_at, applied_at) on receipts to tidings_dispatch;
--> statement-breakpoint
grant select (tenant_id) on statistics_deltas to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on chunks to tidings_dispatch using (true) with check (true);
--> statement-breakpoint
create policy dispatch on messages for select to tidings_dispatch using (true);
--> statement-breakpoint
create policy dispatch on flows for select to tidings_dispatch using (true);
--> statement-breakpoint
create policy dispatch on receipts for select to tidings_dispatch using (true);
--> statement-breakpoint
create policy dispatch on statistics_deltas for select to tidings_dispatch using (true);
--> statement-breakpoint

-- What has to be looked up before the tenant is known. Each answers one question about one exact value.
create function find_api_key(hash bytea)
  returns table (tenant_id uuid, key_id uuid, source_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select k.tenant_id, k.id, k.source_id from api_keys k
    where k.key_hash = hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
  end;
--> statement-breakpoint
create function find_memberships(account uuid)
  returns table (tenant_id uuid, tenant_name text, member_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select m.tenant_id, t.name, m.id from members m join tenants t on t.id = m.tenant_id
    where m.account_id = account and m.state = 'active' order by m.created_at;
  end;
--> statement-breakpoint
create function find_channel_tenant(channel uuid) returns uuid
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select c.tenant_id from channels c where c.id = channel;
  end;
--> statement-breakpoint
revoke all on function find_api_key(bytea), find_memberships(uuid), find_channel_tenant(uuid) from public;
--> statement-breakpoint
grant execute on function find_api_key(bytea), find_memberships(uuid), find_channel_tenant(uuid) to tidings_api;
--> statement-breakpoint

-- A superuser bypasses row-level security, an ordinary owner does not: forced policies bind owners too. The
-- look-ups above run as the owner, so an ordinary owner needs a policy of its own.
do $$
declare name text;
begin
  foreach name in array array['api_keys', 'members', 'tenants', 'channels'] loop
    execute format('create policy owner_lookup on %I for select to %I using (true)', name, current_user);
  end loop;
end $$;
--> statement-breakpoint

-- Delivery ids. A block of 65,536 is taken at once, so the ids of a slice are contiguous without a lock. The
-- upper bits are the month (since 2020-01), so ids rise with time and a month is one partition.
create sequence delivery_ids increment by 65536 minvalue 0 start with 0;
--> statement-breakpoint
grant usage on sequence delivery_ids to tidings_api, tidings_worker;
--> statement-breakpoint

create function delivery_month(at timestamptz) returns bigint
  language sql immutable parallel safe
  return (extract(year from at at time zone 'UTC') * 12 + extract(month from at at time zone 'UTC') - 24241)::bigint;
--> statement-breakpoint

-- Makes the partitions of this month and the next, and moves the ids on when a new month has begun. Idempotent;
-- the lock keeps two callers from setting the sequence back.
create function roll_delivery_partitions() returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  this_month bigint := public.delivery_month(now());
  width constant bigint := 1::bigint << 48;
begin
  perform pg_advisory_xact_lock(hashtext('roll_delivery_partitions'));
  for month in this_month .. this_month + 1 loop
    if to_regclass(format('public.deliveries_m%s', month)) is null then
      execute format(
        'create table public.deliveries_m%s partition of public.deliveries for values from (%s) to (%s)
           with (fillfactor = 50)', month, month * width, (month + 1) * width);
    end if;
  end loop;
  if (select last_value from public.delivery_ids) < this_month * width then
    perform setval('public.delivery_ids', this_month * width);
  end if;
end $$;
--> statement-breakpoint
revoke all on function roll_delivery_partitions() from public;
--> statement-breakpoint
grant execute on function roll_delivery_partitions() to tidings_worker;
--> statement-breakpoint
select roll_delivery_partitions();
--> statement-breakpoint

-- Rows that change often leave room for heap-only updates, and are vacuumed early.
alter table chunks set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);
--> statement-breakpoint
alter table quotas set (fillfactor = 50);
--> statement-breakpoint
alter table flows set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
--> statement-breakpoint
alter table message_totals set (fillfactor = 50);
--> statement-breakpoint
alter table statistics_hourly set (fillfactor = 50);
--> statement-breakpoint
alter table statistics_deltas set (autovacuum_vacuum_scale_factor = 0.05);
