-- The dispatcher finds tenants with idempotency keys to forget.
grant select (tenant_id, created_at) on idempotency_keys to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on idempotency_keys for select to tidings_dispatch using (true);
--> statement-breakpoint

-- An address as it is compared: letters' case does not tell two apart, nor the country code of a mainland number.
create function address_key(address text) returns text
  language sql immutable parallel safe
  return lower(regexp_replace(address, '^\+86(?=1\d{10}$)', ''));
--> statement-breakpoint

select fence_tenant_table(name::regclass) from unnest(array[
  'suppressions', 'recipient_lists', 'recipient_list_entries', 'sent_contents'
]) as name;
--> statement-breakpoint
grant select, insert, update, delete on suppressions, recipient_lists, recipient_list_entries, sent_contents
  to tidings_api, tidings_worker;
--> statement-breakpoint

-- The dispatcher finds tenants with contents that no message looks back to any more.
grant select (tenant_id, created_at) on sent_contents to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on sent_contents for select to tidings_dispatch using (true);
--> statement-breakpoint

-- New tenants get these permissions from the catalogue of built-in roles; here are those that exist. Tenant by tenant,
-- because the fence of forced row-level security holds for an owner that is no superuser too.
do $$
declare tenant uuid;
begin
  for tenant in select id from tenants loop
    perform set_config('app.tenant_id', tenant::text, true);
    update roles set permissions = permissions ||
      '[{"action": ["read", "create", "update", "delete"], "subject": ["Suppression", "RecipientList", "Department", "Segment"]}]'
      where tenant_id = tenant and code = 'operator';
    update roles set permissions = permissions || '[{"action": "read", "subject": ["Suppression", "RecipientList"]}]'
      where tenant_id = tenant and code = 'reviewer';
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;
--> statement-breakpoint

select fence_tenant_table(name::regclass) from unnest(array[
  'audience_file_rows', 'audience_files', 'audience_uses', 'departments', 'segments', 'user_departments'
]) as name;
--> statement-breakpoint
grant select, insert, update, delete
  on audience_file_rows, audience_files, audience_uses, departments, segments, user_departments
  to tidings_api, tidings_worker;
--> statement-breakpoint

-- The dispatcher finds files whose time is over, across tenants.
grant select (id, tenant_id, expires_at) on audience_files to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on audience_files for select to tidings_dispatch using (true);
--> statement-breakpoint

-- Whom opens and clicks belong to, before the tenant is known: many at once, each by its exact id.
create function find_delivery_places(ids bigint[])
  returns table (id bigint, tenant_id uuid, channel_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select d.id, d.tenant_id, d.channel_id from unnest(ids) as asked(id)
    cross join lateral (select * from deliveries where deliveries.id = asked.id offset 0) d;
  end;
--> statement-breakpoint
revoke all on function find_delivery_places(bigint[]) from public;
--> statement-breakpoint
grant execute on function find_delivery_places(bigint[]) to tidings_api;
--> statement-breakpoint

-- As in migration 0001: an ordinary owner needs a policy of its own.
do $$ begin
  execute format('create policy owner_lookup on deliveries for select to %I using (true)', current_user);
end $$;
--> statement-breakpoint

select fence_tenant_table('quiet_hours');
--> statement-breakpoint
select fence_tenant_table('user_quiet_hours');
--> statement-breakpoint
select fence_tenant_table('frequency_caps');
--> statement-breakpoint
grant select, insert, update, delete on quiet_hours, user_quiet_hours, frequency_caps to tidings_api, tidings_worker;
--> statement-breakpoint

select fence_tenant_table('inquiries');
--> statement-breakpoint
select fence_tenant_table('recalls');
--> statement-breakpoint
select fence_tenant_table('recall_outcomes');
--> statement-breakpoint
grant select, insert, update, delete on inquiries, recalls, recall_outcomes to tidings_api, tidings_worker;
--> statement-breakpoint

-- The dispatcher finds what is due to be asked or taken back, across tenants.
grant select (tenant_id, channel_id, message_id, kind, ask_at) on inquiries to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on inquiries for select to tidings_dispatch using (true);
--> statement-breakpoint
grant select (id, tenant_id, wake_at) on recalls to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on recalls for select to tidings_dispatch using (true);
--> statement-breakpoint

-- The dispatcher finds what waits for a channel that has not been sent through for long.
grant select (since) on channel_circuits to tidings_dispatch;
