ALTER TABLE "messages" ADD COLUMN "options" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "series" ADD COLUMN "options" jsonb DEFAULT '{}'::jsonb NOT NULL;