DROP INDEX "flows_due";--> statement-breakpoint
CREATE INDEX "flows_due" ON "flows" USING btree ("wake_at") WHERE wake_at is not null;