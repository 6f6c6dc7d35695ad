select fence_tenant_table('handovers');
--> statement-breakpoint
-- Workers write down what they hand over, and forget it.
grant select, insert, delete on handovers to tidings_worker;
--> statement-breakpoint
-- The dispatcher finds tenants with handovers that count no more.
grant select (tenant_id, kept_until) on handovers to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on handovers for select to tidings_dispatch using (true);
