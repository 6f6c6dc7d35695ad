ALTER TABLE "template_versions" ADD COLUMN "tracking" jsonb;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "tracking" jsonb;--> statement-breakpoint
ALTER TABLE "series" ADD COLUMN "tracking" jsonb;