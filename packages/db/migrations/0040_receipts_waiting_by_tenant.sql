DROP INDEX "receipts_waiting";--> statement-breakpoint
CREATE INDEX "receipts_waiting" ON "receipts" USING btree ("tenant_id","received_at") WHERE applied_at is null;