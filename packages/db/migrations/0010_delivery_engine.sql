CREATE TYPE "public"."audience_file_state" AS ENUM('receiving', 'ready', 'deleted');--> statement-breakpoint
CREATE TYPE "public"."audience_holder" AS ENUM('message', 'series');--> statement-breakpoint
CREATE TYPE "public"."file_recipients" AS ENUM('addresses', 'users');--> statement-breakpoint
CREATE TYPE "public"."message_category" AS ENUM('critical', 'service', 'marketing');--> statement-breakpoint
CREATE TYPE "public"."inquiry_kind" AS ENUM('outcome', 'receipt');--> statement-breakpoint
CREATE TYPE "public"."recall_outcome" AS ENUM('recalled', 'too_late', 'failed');--> statement-breakpoint
CREATE TYPE "public"."recall_state" AS ENUM('running', 'ended');--> statement-breakpoint
CREATE TYPE "public"."suppression_origin" AS ENUM('manual', 'unsubscribed', 'hard_bounce', 'complaint', 'vendor');--> statement-breakpoint
ALTER TYPE "public"."delivery_state" ADD VALUE 'recalled';--> statement-breakpoint
ALTER TYPE "public"."statistics_measure" ADD VALUE 'recalled';--> statement-breakpoint
CREATE TABLE "audience_file_rows" (
	"tenant_id" uuid NOT NULL,
	"file_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"recipient" text NOT NULL,
	"variables" jsonb,
	CONSTRAINT "audience_file_rows_tenant_id_file_id_line_pk" PRIMARY KEY("tenant_id","file_id","line")
);
--> statement-breakpoint
CREATE TABLE "audience_files" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" "audience_file_state" NOT NULL,
	"recipients" "file_recipients" NOT NULL,
	"channel_kind" text,
	"columns" jsonb NOT NULL,
	"row_count" integer DEFAULT 0 NOT NULL,
	"bad_count" integer DEFAULT 0 NOT NULL,
	"duplicate_count" integer DEFAULT 0 NOT NULL,
	"bad_rows" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"source_id" uuid,
	"author_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audience_files_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "audience_uses" (
	"tenant_id" uuid NOT NULL,
	"subject_id" uuid NOT NULL,
	"holder_kind" "audience_holder" NOT NULL,
	"holder_id" uuid NOT NULL,
	CONSTRAINT "audience_uses_tenant_id_subject_id_holder_id_pk" PRIMARY KEY("tenant_id","subject_id","holder_id")
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"rule" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "segments_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "segments_tenant_id_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "inquiries" (
	"tenant_id" uuid NOT NULL,
	"attempt_id" bigint NOT NULL,
	"kind" "inquiry_kind" NOT NULL,
	"message_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"first_id" bigint NOT NULL,
	"last_id" bigint NOT NULL,
	"opened_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ask_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"cursor" bigint,
	"round_count" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "inquiries_tenant_id_attempt_id_kind_pk" PRIMARY KEY("tenant_id","attempt_id","kind")
);
--> statement-breakpoint
CREATE TABLE "departments" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"parent_id" uuid,
	"name" text NOT NULL,
	"code" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "departments_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "departments_code" UNIQUE("tenant_id","code"),
	CONSTRAINT "departments_name" UNIQUE NULLS NOT DISTINCT("tenant_id","parent_id","name")
);
--> statement-breakpoint
CREATE TABLE "user_departments" (
	"tenant_id" uuid NOT NULL,
	"department_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "user_departments_tenant_id_department_id_user_id_pk" PRIMARY KEY("tenant_id","department_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "recall_outcomes" (
	"tenant_id" uuid NOT NULL,
	"recall_id" uuid NOT NULL,
	"delivery_id" bigint NOT NULL,
	"outcome" "recall_outcome" NOT NULL,
	"code" text,
	"detail" text,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recall_outcomes_tenant_id_recall_id_delivery_id_pk" PRIMARY KEY("tenant_id","recall_id","delivery_id")
);
--> statement-breakpoint
CREATE TABLE "recalls" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"delivery_id" bigint,
	"state" "recall_state" DEFAULT 'running' NOT NULL,
	"delivery_count" integer NOT NULL,
	"tally" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"cursor" bigint,
	"round_count" integer DEFAULT 0 NOT NULL,
	"wake_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "recalls_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
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
CREATE TABLE "recipient_list_entries" (
	"tenant_id" uuid NOT NULL,
	"list_id" uuid NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "recipient_list_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" text,
	"kind" text,
	"address" text,
	"address_key" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recipient_list_entries_tenant_id_list_id_id_pk" PRIMARY KEY("tenant_id","list_id","id"),
	CONSTRAINT "recipient_list_entries_subject" UNIQUE NULLS NOT DISTINCT("tenant_id","list_id","address_key","user_id","kind")
);
--> statement-breakpoint
CREATE TABLE "recipient_lists" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"note" text,
	"entry_count" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recipient_lists_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "recipient_lists_tenant_id_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "sent_contents" (
	"tenant_id" uuid NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"delivery_id" bigint NOT NULL,
	"message_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sent_contents_tenant_id_fingerprint_delivery_id_pk" PRIMARY KEY("tenant_id","fingerprint","delivery_id")
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" text,
	"kind" text,
	"address" text,
	"address_key" text,
	"source_id" uuid,
	"origin" "suppression_origin" NOT NULL,
	"code" text,
	"note" text,
	"expires_at" timestamp (3) with time zone,
	"member_id" uuid,
	"by_source_id" uuid,
	"delivery_id" bigint,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "suppressions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "suppressions_subject" UNIQUE NULLS NOT DISTINCT("tenant_id","address_key","user_id","kind","source_id")
);
--> statement-breakpoint
DROP INDEX "idempotency_keys_created_at_index";--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "tracking" jsonb;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "category" "message_category" DEFAULT 'service' NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "deferred_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "category" "message_category" DEFAULT 'service' NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "tracking" jsonb;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "options" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "series" ADD COLUMN "category" "message_category" DEFAULT 'service' NOT NULL;--> statement-breakpoint
ALTER TABLE "series" ADD COLUMN "tracking" jsonb;--> statement-breakpoint
ALTER TABLE "series" ADD COLUMN "options" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "audience_files" ADD CONSTRAINT "audience_files_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segments" ADD CONSTRAINT "segments_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "departments" ADD CONSTRAINT "departments_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "departments" ADD CONSTRAINT "departments_parent" FOREIGN KEY ("tenant_id","parent_id") REFERENCES "public"."departments"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_departments" ADD CONSTRAINT "user_departments_department" FOREIGN KEY ("tenant_id","department_id") REFERENCES "public"."departments"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_departments" ADD CONSTRAINT "user_departments_tenant_id_user_id_users_tenant_id_id_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recall_outcomes" ADD CONSTRAINT "recall_outcomes_tenant_id_recall_id_recalls_tenant_id_id_fk" FOREIGN KEY ("tenant_id","recall_id") REFERENCES "public"."recalls"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recalls" ADD CONSTRAINT "recalls_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "frequency_caps" ADD CONSTRAINT "frequency_caps_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quiet_hours" ADD CONSTRAINT "quiet_hours_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_quiet_hours" ADD CONSTRAINT "user_quiet_hours_tenant_id_user_id_users_tenant_id_id_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recipient_list_entries" ADD CONSTRAINT "recipient_list_entries_tenant_id_list_id_recipient_lists_tenant_id_id_fk" FOREIGN KEY ("tenant_id","list_id") REFERENCES "public"."recipient_lists"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recipient_lists" ADD CONSTRAINT "recipient_lists_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_tenant_id_source_id_sources_tenant_id_id_fk" FOREIGN KEY ("tenant_id","source_id") REFERENCES "public"."sources"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audience_files_expiring" ON "audience_files" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "inquiries_due" ON "inquiries" USING btree ("ask_at");--> statement-breakpoint
CREATE INDEX "inquiries_of_channel" ON "inquiries" USING btree ("tenant_id","channel_id","ask_at");--> statement-breakpoint
CREATE INDEX "inquiries_of_message" ON "inquiries" USING btree ("tenant_id","message_id");--> statement-breakpoint
CREATE INDEX "user_departments_tenant_id_user_id_index" ON "user_departments" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "recall_outcomes_tenant_id_delivery_id_index" ON "recall_outcomes" USING btree ("tenant_id","delivery_id");--> statement-breakpoint
CREATE INDEX "recalls_tenant_id_message_id_id_index" ON "recalls" USING btree ("tenant_id","message_id","id");--> statement-breakpoint
CREATE INDEX "recalls_waking" ON "recalls" USING btree ("wake_at") WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX "user_quiet_hours_tenant_id_fingerprint_index" ON "user_quiet_hours" USING btree ("tenant_id","fingerprint");--> statement-breakpoint
CREATE INDEX "sent_contents_oldest" ON "sent_contents" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "suppressions_tenant_id_source_id_index" ON "suppressions" USING btree ("tenant_id","source_id");--> statement-breakpoint
CREATE INDEX "suppressions_newest" ON "suppressions" USING btree ("tenant_id","updated_at");--> statement-breakpoint
CREATE INDEX "vendor_references_by_delivery" ON "vendor_references" USING brin ("delivery_id") WITH (autosummarize=true);--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING brin ("created_at");--> statement-breakpoint
CREATE INDEX "messages_with_lists" ON "messages" USING btree ("tenant_id","id") WHERE options ?| array['allowListId', 'denyListId'];