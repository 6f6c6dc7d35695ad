ALTER TYPE "public"."statistics_measure" ADD VALUE 'wasted' BEFORE 'units';--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "wasted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "flows" DROP COLUMN "wasted_count";