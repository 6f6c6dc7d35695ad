CREATE TABLE "allowance_changes" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"event_id" text NOT NULL,
	"address" text NOT NULL,
	"subject" text NOT NULL,
	"granted" integer,
	"happened_at" timestamp (3) with time zone NOT NULL,
	"told_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "allowance_changes_tenant_id_channel_id_event_id_pk" PRIMARY KEY("tenant_id","channel_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "allowance_holds" (
	"tenant_id" uuid NOT NULL,
	"delivery_id" bigint NOT NULL,
	"channel_id" uuid NOT NULL,
	"address" text NOT NULL,
	"subject" text NOT NULL,
	"held_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "allowance_holds_tenant_id_delivery_id_pk" PRIMARY KEY("tenant_id","delivery_id")
);
--> statement-breakpoint
CREATE TABLE "recipient_allowances" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "recipient_allowances_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"address" text NOT NULL,
	"subject" text NOT NULL,
	"remaining" integer NOT NULL,
	"emptied_at" timestamp (3) with time zone,
	"known_since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recipient_allowances_tenant_id_channel_id_id_pk" PRIMARY KEY("tenant_id","channel_id","id"),
	CONSTRAINT "recipient_allowances_subject" UNIQUE("tenant_id","channel_id","address","subject")
);
--> statement-breakpoint
ALTER TABLE "allowance_changes" ADD CONSTRAINT "allowance_changes_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allowance_holds" ADD CONSTRAINT "allowance_holds_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recipient_allowances" ADD CONSTRAINT "recipient_allowances_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "allowance_changes_subject" ON "allowance_changes" USING btree ("tenant_id","channel_id","address","subject");--> statement-breakpoint
CREATE INDEX "allowance_changes_oldest" ON "allowance_changes" USING btree ("told_at");--> statement-breakpoint
CREATE INDEX "allowance_holds_tenant_id_channel_id_index" ON "allowance_holds" USING btree ("tenant_id","channel_id");--> statement-breakpoint
CREATE INDEX "allowance_holds_oldest" ON "allowance_holds" USING btree ("held_at");