select fence_tenant_table('recipient_allowances');
--> statement-breakpoint
select fence_tenant_table('allowance_changes');
--> statement-breakpoint
select fence_tenant_table('allowance_holds');
--> statement-breakpoint
-- Vendors and sources tell of consents through the API, workers use them up.
grant select, insert, update, delete on recipient_allowances, allowance_changes, allowance_holds
  to tidings_api, tidings_worker;
--> statement-breakpoint

-- The dispatcher finds tenants with changes and holds that nobody needs any more.
grant select (tenant_id, told_at) on allowance_changes to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on allowance_changes for select to tidings_dispatch using (true);
--> statement-breakpoint
grant select (tenant_id, held_at) on allowance_holds to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on allowance_holds for select to tidings_dispatch using (true);
