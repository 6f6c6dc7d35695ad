CREATE TABLE "handovers" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"address_hash" bigint NOT NULL,
	"attempt_id" bigint NOT NULL,
	"message_count" smallint NOT NULL,
	"kept_until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "handovers_tenant_id_channel_id_address_hash_attempt_id_pk" PRIMARY KEY("tenant_id","channel_id","address_hash","attempt_id")
);
--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "limited_until" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "handovers_oldest" ON "handovers" USING btree ("kept_until");