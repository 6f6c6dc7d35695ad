-- The dispatcher finds tenants with idempotency keys to forget.
grant select (tenant_id, created_at) on idempotency_keys to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on idempotency_keys for select to tidings_dispatch using (true);
