ALTER TYPE "public"."message_state" ADD VALUE 'scheduled' BEFORE 'expanding';--> statement-breakpoint
ALTER TYPE "public"."message_state" ADD VALUE 'paused' BEFORE 'completed';--> statement-breakpoint
ALTER TYPE "public"."message_state" ADD VALUE 'expired';--> statement-breakpoint
CREATE TABLE "pacers" (
	"tenant_id" uuid NOT NULL,
	"subject_id" uuid NOT NULL,
	"used_until_ms" double precision NOT NULL,
	"queued_until_ms" double precision NOT NULL,
	CONSTRAINT "pacers_tenant_id_subject_id_pk" PRIMARY KEY("tenant_id","subject_id")
);
--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "rate_per_second" integer;--> statement-breakpoint
ALTER TABLE "chunks" ADD COLUMN "round_cursor" bigint;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "scheduled_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "time_zone" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "ttl_seconds" integer;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "rate" jsonb;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "rate_per_second" double precision;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "wake_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "paused_from" "message_state";--> statement-breakpoint
CREATE INDEX "messages_waking" ON "messages" USING btree ("wake_at") WHERE wake_at is not null;