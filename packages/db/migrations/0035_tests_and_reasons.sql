ALTER TABLE "channels" ADD COLUMN "last_receipt_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "collections" ADD COLUMN "visited_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "collections" ADD COLUMN "code" text;--> statement-breakpoint
ALTER TABLE "collections" ADD COLUMN "detail" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "is_test" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "messages_tests" ON "messages" USING btree ("tenant_id","id") WHERE is_test;--> statement-breakpoint
CREATE INDEX "message_totals_by_reason" ON "message_totals" USING btree ("tenant_id","reason","message_id") WHERE reason <> '';