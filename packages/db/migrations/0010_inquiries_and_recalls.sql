CREATE TYPE "public"."inquiry_kind" AS ENUM('outcome', 'receipt');--> statement-breakpoint
CREATE TYPE "public"."recall_outcome" AS ENUM('recalled', 'too_late', 'failed');--> statement-breakpoint
CREATE TYPE "public"."recall_state" AS ENUM('running', 'ended');--> statement-breakpoint
ALTER TYPE "public"."delivery_state" ADD VALUE 'recalled';--> statement-breakpoint
ALTER TYPE "public"."statistics_measure" ADD VALUE 'recalled';--> statement-breakpoint
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
ALTER TABLE "recall_outcomes" ADD CONSTRAINT "recall_outcomes_tenant_id_recall_id_recalls_tenant_id_id_fk" FOREIGN KEY ("tenant_id","recall_id") REFERENCES "public"."recalls"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recalls" ADD CONSTRAINT "recalls_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "inquiries_due" ON "inquiries" USING btree ("ask_at");--> statement-breakpoint
CREATE INDEX "inquiries_of_channel" ON "inquiries" USING btree ("tenant_id","channel_id","ask_at");--> statement-breakpoint
CREATE INDEX "inquiries_of_message" ON "inquiries" USING btree ("tenant_id","message_id");--> statement-breakpoint
CREATE INDEX "recall_outcomes_tenant_id_delivery_id_index" ON "recall_outcomes" USING btree ("tenant_id","delivery_id");--> statement-breakpoint
CREATE INDEX "recalls_tenant_id_message_id_id_index" ON "recalls" USING btree ("tenant_id","message_id","id");--> statement-breakpoint
CREATE INDEX "recalls_waking" ON "recalls" USING btree ("wake_at") WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX "vendor_references_by_delivery" ON "vendor_references" USING brin ("delivery_id") WITH (autosummarize=true);