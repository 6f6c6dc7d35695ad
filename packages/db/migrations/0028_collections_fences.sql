select fence_tenant_table('collections');
--> statement-breakpoint
-- Only workers visit vendors.
grant select, insert, update, delete on collections to tidings_worker;
--> statement-breakpoint
-- What is due is found across tenants: whose settings say that there is something to visit, and when it is visited again.
grant select (tenant_id, channel_id, next_at) on collections to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on collections for select to tidings_dispatch using (true);
--> statement-breakpoint
grant select (settings) on channels to tidings_dispatch;
