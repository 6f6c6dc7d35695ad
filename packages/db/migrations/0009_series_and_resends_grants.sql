select fence_tenant_table('resends');
--> statement-breakpoint
select fence_tenant_table('series');
--> statement-breakpoint
select fence_tenant_table('occurrences');
--> statement-breakpoint
grant select, insert, update, delete on resends, series, occurrences to tidings_api, tidings_worker;
--> statement-breakpoint

-- The dispatcher finds series whose next occurrence has come, across tenants.
grant select (id, tenant_id, wake_at) on series to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on series for select to tidings_dispatch using (true);
