CREATE TABLE "cancelled_users" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"is_flow_left" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cancelled_users_tenant_id_message_id_user_id_pk" PRIMARY KEY("tenant_id","message_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "cancelled_user_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "cancelled_users_with_flows" ON "cancelled_users" USING btree ("tenant_id","message_id") WHERE is_flow_left;
--> statement-breakpoint
select fence_tenant_table('cancelled_users');
--> statement-breakpoint
-- Written by whoever cancels, asked by whoever makes deliveries, sends or falls back; the sweeper ends the flows.
grant select, insert, update on cancelled_users to tidings_api;
--> statement-breakpoint
grant select, update on cancelled_users to tidings_worker;
--> statement-breakpoint
-- The dispatcher finds messages with flows that are to be ended, across tenants.
grant select (tenant_id, message_id, is_flow_left) on cancelled_users to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on cancelled_users for select to tidings_dispatch using (true);
