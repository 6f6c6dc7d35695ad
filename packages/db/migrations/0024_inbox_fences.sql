select fence_tenant_table('inbox_entries');
--> statement-breakpoint
grant select, update (read_at, confirmed_at) on inbox_entries to tidings_api;
--> statement-breakpoint
grant select, insert, update, delete on inbox_entries to tidings_worker;
--> statement-breakpoint
-- The dispatcher finds out whose entries have been over for long, across tenants.
grant select (tenant_id, expires_at) on inbox_entries to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on inbox_entries for select to tidings_dispatch using (true);
