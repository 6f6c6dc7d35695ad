CREATE TABLE "vendor_template_syncs" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"synced_at" timestamp (3) with time zone,
	"next_at" timestamp (3) with time zone NOT NULL,
	"code" text,
	"detail" text,
	CONSTRAINT "vendor_template_syncs_tenant_id_channel_id_pk" PRIMARY KEY("tenant_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "vendor_templates" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"text" text,
	"state" text NOT NULL,
	"reason" text,
	CONSTRAINT "vendor_templates_tenant_id_channel_id_kind_code_pk" PRIMARY KEY("tenant_id","channel_id","kind","code")
);
--> statement-breakpoint
ALTER TABLE "vendor_template_syncs" ADD CONSTRAINT "vendor_template_syncs_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vendor_templates" ADD CONSTRAINT "vendor_templates_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;