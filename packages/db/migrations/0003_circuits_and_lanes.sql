CREATE TYPE "public"."circuit_state" AS ENUM('closed', 'open', 'half_open');--> statement-breakpoint
CREATE TABLE "channel_circuits" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"state" "circuit_state" NOT NULL,
	"since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"cause" text,
	"reason" text,
	"detail" text,
	"next_probe_at" timestamp (3) with time zone,
	"probe_chunk_id" bigint,
	"failed_probe_count" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "channel_circuits_tenant_id_channel_id_pk" PRIMARY KEY("tenant_id","channel_id")
);
--> statement-breakpoint
DROP INDEX "chunks_ready";--> statement-breakpoint
ALTER TABLE "channel_circuits" ADD CONSTRAINT "channel_circuits_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "chunks_waiting" ON "chunks" USING btree ("priority","tenant_id","channel_id","due_at","id") WHERE state = 'ready';