CREATE TYPE "public"."occurrence_state" AS ENUM('begun', 'missed', 'failed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."series_state" AS ENUM('pending_approval', 'rejected', 'active', 'ended', 'cancelled');--> statement-breakpoint
CREATE TABLE "resends" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"delivery_id" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "resends_tenant_id_message_id_delivery_id_pk" PRIMARY KEY("tenant_id","message_id","delivery_id")
);
--> statement-breakpoint
CREATE TABLE "occurrences" (
	"tenant_id" uuid NOT NULL,
	"series_id" uuid NOT NULL,
	"on_date" date NOT NULL,
	"state" "occurrence_state" NOT NULL,
	"message_id" uuid,
	"reason" text,
	"reason_detail" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "occurrences_tenant_id_series_id_on_date_pk" PRIMARY KEY("tenant_id","series_id","on_date")
);
--> statement-breakpoint
CREATE TABLE "series" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"source_id" uuid,
	"author_id" uuid,
	"state" "series_state" NOT NULL,
	"needs_approval" boolean NOT NULL,
	"title" text NOT NULL,
	"priority" smallint NOT NULL,
	"audience" jsonb NOT NULL,
	"template_version_id" uuid,
	"renderings" jsonb,
	"variables" jsonb NOT NULL,
	"channel_ids" uuid[] NOT NULL,
	"policy_version_id" uuid,
	"content_hash" "bytea" NOT NULL,
	"ttl_seconds" integer,
	"rate" jsonb,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"time_zone" text NOT NULL,
	"repeat" jsonb NOT NULL,
	"next_on" date,
	"wake_at" timestamp (3) with time zone,
	"end_reason" text,
	"request_scope" text,
	"request_key" text,
	"request_hash" "bytea",
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "series_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "series_tenant_id_request_scope_request_key_unique" UNIQUE("tenant_id","request_scope","request_key")
);
--> statement-breakpoint
ALTER TABLE "occurrences" ADD CONSTRAINT "occurrences_tenant_id_series_id_series_tenant_id_id_fk" FOREIGN KEY ("tenant_id","series_id") REFERENCES "public"."series"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "resends_of_delivery" ON "resends" USING btree ("tenant_id","delivery_id");--> statement-breakpoint
CREATE INDEX "occurrences_tenant_id_message_id_index" ON "occurrences" USING btree ("tenant_id","message_id");--> statement-breakpoint
CREATE INDEX "series_tenant_id_source_id_id_index" ON "series" USING btree ("tenant_id","source_id","id");--> statement-breakpoint
CREATE INDEX "series_waking" ON "series" USING btree ("wake_at") WHERE wake_at is not null;