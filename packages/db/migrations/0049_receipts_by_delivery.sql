DROP INDEX "receipts_of_delivery";--> statement-breakpoint
CREATE INDEX "receipts_of_delivery" ON "receipts" USING btree ("delivery_id");