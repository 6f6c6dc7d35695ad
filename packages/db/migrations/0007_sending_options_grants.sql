select fence_tenant_table('pacers');
--> statement-breakpoint
grant select, insert, update, delete on pacers to tidings_api, tidings_worker;
--> statement-breakpoint
alter table pacers set (fillfactor = 50);
--> statement-breakpoint

-- The dispatcher finds messages whose time has come, across tenants.
grant select (wake_at) on messages to tidings_dispatch;
