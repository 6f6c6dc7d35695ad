ALTER TYPE "public"."statistics_measure" ADD VALUE 'units';--> statement-breakpoint
ALTER TYPE "public"."statistics_measure" ADD VALUE 'cost';--> statement-breakpoint
ALTER TABLE "statistics_deltas" ALTER COLUMN "count" SET DATA TYPE bigint;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "unit_price" integer;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "currency" text;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "unit_count" smallint;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "cost" integer;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "currency" text;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_price" CHECK (("channels"."unit_price" is null) = ("channels"."currency" is null));