CREATE TYPE "public"."message_category" AS ENUM('critical', 'service', 'marketing');--> statement-breakpoint
CREATE TABLE "frequency_caps" (
	"tenant_id" uuid NOT NULL,
	"position" smallint NOT NULL,
	"limit" integer NOT NULL,
	"hours" integer NOT NULL,
	"channel_kind" text,
	"category" "message_category",
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "frequency_caps_tenant_id_position_pk" PRIMARY KEY("tenant_id","position")
);
--> statement-breakpoint
CREATE TABLE "quiet_hours" (
	"tenant_id" uuid NOT NULL,
	"of_tenant" jsonb,
	"of_categories" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "quiet_hours_tenant_id_pk" PRIMARY KEY("tenant_id")
);
--> statement-breakpoint
CREATE TABLE "user_quiet_hours" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"fingerprint" text NOT NULL,
	"quiet_hours" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_quiet_hours_tenant_id_user_id_pk" PRIMARY KEY("tenant_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "category" "message_category" DEFAULT 'service' NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "deferred_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "category" "message_category" DEFAULT 'service' NOT NULL;--> statement-breakpoint
ALTER TABLE "series" ADD COLUMN "category" "message_category" DEFAULT 'service' NOT NULL;--> statement-breakpoint
ALTER TABLE "frequency_caps" ADD CONSTRAINT "frequency_caps_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quiet_hours" ADD CONSTRAINT "quiet_hours_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_quiet_hours" ADD CONSTRAINT "user_quiet_hours_tenant_id_user_id_users_tenant_id_id_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "user_quiet_hours_tenant_id_fingerprint_index" ON "user_quiet_hours" USING btree ("tenant_id","fingerprint");