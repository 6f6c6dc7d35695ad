CREATE TABLE "collections" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL,
	"cursor" text,
	"revision" integer NOT NULL,
	CONSTRAINT "collections_tenant_id_channel_id_pk" PRIMARY KEY("tenant_id","channel_id")
);
--> statement-breakpoint
ALTER TABLE "collections" ADD CONSTRAINT "collections_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;