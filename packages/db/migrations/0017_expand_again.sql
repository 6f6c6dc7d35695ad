DROP INDEX "messages_expanding";--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "expand_failure_count" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "expand_again_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "quiet_hours" ADD COLUMN "release_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "messages_failing" ON "messages" USING btree ("expand_again_at","id") WHERE state = 'expanding' and expand_failure_count > 0;--> statement-breakpoint
CREATE INDEX "quiet_hours_changed" ON "quiet_hours" USING btree ("release_at") WHERE release_at is not null;--> statement-breakpoint
CREATE INDEX "messages_expanding" ON "messages" USING btree ("tenant_id","priority","id") WHERE state = 'expanding' and expand_failure_count = 0;