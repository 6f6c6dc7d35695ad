-- The planner takes a table that has never been analysed for a small one, and a tenant for a two-hundredth of it: for one
-- row. Reading all rows of a tenant then seems as cheap as looking one of them up, and connections keep such plans while
-- the table grows. This has it expect, until it knows better, that all rows are one tenant's. Servers before
-- PostgreSQL 18 cannot be told.
create function expect_large_tenants(target regclass) returns void language plpgsql
  set search_path = pg_catalog, public, pg_temp as $$
begin
  if to_regproc('pg_restore_attribute_stats') is null
    or (select reltuples from pg_class where oid = target) >= 0 then
    return;
  end if;
  execute format(
    'select pg_restore_attribute_stats(''schemaname'', %L, ''relname'', %L, ''attname'', ''tenant_id'',
       ''inherited'', false, ''null_frac'', 0::real, ''avg_width'', 16, ''n_distinct'', 1::real)',
    (select relnamespace::regnamespace::text from pg_class where oid = target),
    (select relname from pg_class where oid = target));
end $$;
--> statement-breakpoint
revoke all on function expect_large_tenants(regclass) from public;
--> statement-breakpoint

create or replace function fence_tenant_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_fence on %s using (tenant_id = (select current_tenant_id()))
       with check (tenant_id = (select current_tenant_id()))', target);
  perform expect_large_tenants(target);
end $$;
--> statement-breakpoint

create or replace function roll_delivery_partitions() returns void
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
      perform public.expect_large_tenants(format('public.deliveries_m%s', month)::regclass);
    end if;
  end loop;
  if (select last_value from public.delivery_ids) < this_month * width then
    perform setval('public.delivery_ids', this_month * width);
  end if;
end $$;
--> statement-breakpoint

select expect_large_tenants(c.oid::regclass) from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and exists(
  select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped);
