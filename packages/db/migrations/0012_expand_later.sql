DROP INDEX "messages_unfinished";--> statement-breakpoint
CREATE INDEX "messages_expanding" ON "messages" USING btree ("tenant_id","priority","id") WHERE state = 'expanding';--> statement-breakpoint
CREATE INDEX "messages_unfinished" ON "messages" USING btree ("id") WHERE state = 'sending';