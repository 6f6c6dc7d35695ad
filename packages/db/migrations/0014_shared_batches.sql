ALTER TABLE "attempts" ADD COLUMN "batch_id" bigint;--> statement-breakpoint
-- Each had a batch of its own, known by its id. Written so that row-level security, which holds for the owner too, does
-- not come between.
ALTER TABLE "attempts" ALTER COLUMN "batch_id" TYPE bigint USING "id";--> statement-breakpoint
ALTER TABLE "attempts" ALTER COLUMN "batch_id" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "attempts_of_batch" ON "attempts" USING btree ("tenant_id","batch_id");--> statement-breakpoint
grant usage on sequence attempts_id_seq to tidings_worker;
