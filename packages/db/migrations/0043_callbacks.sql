CREATE TYPE "public"."callback_endpoint_state" AS ENUM('on', 'off', 'disabled');--> statement-breakpoint
CREATE TYPE "public"."callback_event_type" AS ENUM('accepted', 'delivered', 'undelivered', 'read', 'clicked', 'failed', 'unknown', 'suppressed', 'cancelled', 'expired', 'recalled');--> statement-breakpoint
CREATE TYPE "public"."callback_state" AS ENUM('waiting', 'delivered', 'dead');--> statement-breakpoint
CREATE TABLE "callback_endpoints" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"url" text NOT NULL,
	"event_types" "callback_event_type"[] NOT NULL,
	"state" "callback_endpoint_state" DEFAULT 'on' NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"failure_count" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone,
	"disabled_reason" text,
	"disabled_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "callback_endpoints_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "callback_endpoints_tenant_id_source_id_url_unique" UNIQUE("tenant_id","source_id","url")
);
--> statement-breakpoint
CREATE TABLE "callback_events" (
	"tenant_id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"delivery_id" bigint NOT NULL,
	"type" "callback_event_type" NOT NULL,
	"message_id" uuid NOT NULL,
	"happened_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"reason" text,
	"callback_id" uuid,
	CONSTRAINT "callback_events_tenant_id_endpoint_id_delivery_id_type_pk" PRIMARY KEY("tenant_id","endpoint_id","delivery_id","type")
);
--> statement-breakpoint
CREATE TABLE "callback_secrets" (
	"tenant_id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"ciphertext" "bytea" NOT NULL,
	"key_version" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	CONSTRAINT "callback_secrets_tenant_id_endpoint_id_version_pk" PRIMARY KEY("tenant_id","endpoint_id","version")
);
--> statement-breakpoint
CREATE TABLE "callbacks" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"state" "callback_state" DEFAULT 'waiting' NOT NULL,
	"event_count" integer NOT NULL,
	"attempt_count" integer DEFAULT 0 NOT NULL,
	"attempts" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"next_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "callbacks_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "callback_endpoints" ADD CONSTRAINT "callback_endpoints_tenant_id_source_id_sources_tenant_id_id_fk" FOREIGN KEY ("tenant_id","source_id") REFERENCES "public"."sources"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "callback_secrets" ADD CONSTRAINT "callback_secrets_tenant_id_endpoint_id_callback_endpoints_tenant_id_id_fk" FOREIGN KEY ("tenant_id","endpoint_id") REFERENCES "public"."callback_endpoints"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "callbacks" ADD CONSTRAINT "callbacks_tenant_id_endpoint_id_callback_endpoints_tenant_id_id_fk" FOREIGN KEY ("tenant_id","endpoint_id") REFERENCES "public"."callback_endpoints"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "callback_events_waiting" ON "callback_events" USING btree ("tenant_id","endpoint_id","recorded_at") WHERE callback_id is null;--> statement-breakpoint
CREATE INDEX "callback_events_of_callback" ON "callback_events" USING btree ("tenant_id","callback_id") WHERE callback_id is not null;--> statement-breakpoint
CREATE INDEX "callbacks_due" ON "callbacks" USING btree ("next_at") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "callbacks_of_endpoint" ON "callbacks" USING btree ("tenant_id","endpoint_id","state","id");--> statement-breakpoint

select fence_tenant_table(name::regclass) from unnest(array[
  'callback_endpoints', 'callback_secrets', 'callback_events', 'callbacks'
]) as name;
--> statement-breakpoint
-- The API makes endpoints and has what was given up called again; workers record what happens and make the calls.
grant select, insert, update, delete on callback_endpoints to tidings_api;
--> statement-breakpoint
grant select, update on callback_endpoints to tidings_worker;
--> statement-breakpoint
grant insert, update, delete, select (tenant_id, endpoint_id, version, key_version, created_at, expires_at)
  on callback_secrets to tidings_api;
--> statement-breakpoint
grant select, delete on callback_secrets to tidings_worker;
--> statement-breakpoint
-- What happens on behalf of a request, such as a cancellation, is recorded by the API.
grant select, insert on callback_events to tidings_api;
--> statement-breakpoint
grant select, insert, update, delete on callback_events to tidings_worker;
--> statement-breakpoint
grant select, update on callbacks to tidings_api;
--> statement-breakpoint
grant select, insert, update, delete on callbacks to tidings_worker;
--> statement-breakpoint

-- The dispatcher finds out, across tenants, who wants to be told, and where something is to be told.
grant select (tenant_id, id, source_id, state, next_at) on callback_endpoints to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on callback_endpoints for select to tidings_dispatch using (true);
--> statement-breakpoint
grant select (tenant_id, endpoint_id, recorded_at, callback_id) on callback_events to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on callback_events for select to tidings_dispatch using (true);
--> statement-breakpoint
grant select (tenant_id, id, endpoint_id, state, next_at, created_at, ended_at) on callbacks to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on callbacks for select to tidings_dispatch using (true);
