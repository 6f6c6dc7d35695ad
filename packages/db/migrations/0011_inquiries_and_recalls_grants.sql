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
