select fence_tenant_table('quiet_hours');
--> statement-breakpoint
select fence_tenant_table('user_quiet_hours');
--> statement-breakpoint
select fence_tenant_table('frequency_caps');
--> statement-breakpoint
grant select, insert, update, delete on quiet_hours, user_quiet_hours, frequency_caps to tidings_api, tidings_worker;
