CREATE TYPE "public"."suppression_origin" AS ENUM('manual', 'unsubscribed', 'hard_bounce', 'complaint', 'vendor');--> statement-breakpoint
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
ALTER TABLE "recipient_list_entries" ADD CONSTRAINT "recipient_list_entries_tenant_id_list_id_recipient_lists_tenant_id_id_fk" FOREIGN KEY ("tenant_id","list_id") REFERENCES "public"."recipient_lists"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recipient_lists" ADD CONSTRAINT "recipient_lists_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_tenant_id_source_id_sources_tenant_id_id_fk" FOREIGN KEY ("tenant_id","source_id") REFERENCES "public"."sources"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sent_contents_oldest" ON "sent_contents" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "suppressions_tenant_id_source_id_index" ON "suppressions" USING btree ("tenant_id","source_id");--> statement-breakpoint
CREATE INDEX "suppressions_newest" ON "suppressions" USING btree ("tenant_id","updated_at");--> statement-breakpoint
CREATE INDEX "messages_with_lists" ON "messages" USING btree ("tenant_id","id") WHERE options ?| array['allowListId', 'denyListId'];