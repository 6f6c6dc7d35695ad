CREATE TABLE "access_tokens" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"scheme" text NOT NULL,
	"version" integer NOT NULL,
	"ciphertext" "bytea",
	"key_version" integer,
	"renew_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	"lease_token" uuid,
	"lease_until" timestamp (3) with time zone,
	CONSTRAINT "access_tokens_tenant_id_channel_id_revision_scheme_pk" PRIMARY KEY("tenant_id","channel_id","revision","scheme")
);
--> statement-breakpoint
ALTER TABLE "access_tokens" ADD CONSTRAINT "access_tokens_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;