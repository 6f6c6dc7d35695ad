CREATE TYPE "public"."approval_state" AS ENUM('pending', 'approved', 'rejected', 'void');--> statement-breakpoint
CREATE TYPE "public"."channel_health" AS ENUM('unverified', 'healthy', 'failing');--> statement-breakpoint
CREATE TYPE "public"."channel_state" AS ENUM('on', 'off');--> statement-breakpoint
CREATE TYPE "public"."policy_state" AS ENUM('active', 'archived');--> statement-breakpoint
CREATE TYPE "public"."template_version_state" AS ENUM('draft', 'in_review', 'published', 'retired');--> statement-breakpoint
CREATE TYPE "public"."address_origin" AS ENUM('all', 'source', 'channel', 'custom');--> statement-breakpoint
CREATE TYPE "public"."chunk_state" AS ENUM('ready', 'queued', 'sending', 'done');--> statement-breakpoint
CREATE TYPE "public"."delivery_state" AS ENUM('ready', 'accepted', 'delivered', 'undelivered', 'failed', 'unknown', 'suppressed', 'cancelled', 'expired');--> statement-breakpoint
CREATE TYPE "public"."flow_state" AS ENUM('waiting', 'satisfied', 'exhausted');--> statement-breakpoint
CREATE TYPE "public"."message_state" AS ENUM('pending_approval', 'rejected', 'expanding', 'sending', 'completed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."identity_scope" AS ENUM('all', 'source', 'channel');--> statement-breakpoint
CREATE TYPE "public"."switch_state" AS ENUM('on', 'off');--> statement-breakpoint
CREATE TYPE "public"."statistics_measure" AS ENUM('targeted', 'valid', 'submitted', 'delivered', 'undelivered', 'read', 'clicked', 'suppressed', 'failed', 'unknown', 'cancelled', 'expired');--> statement-breakpoint
CREATE TYPE "public"."member_state" AS ENUM('active', 'disabled');--> statement-breakpoint
CREATE TABLE "approval_decisions" (
	"tenant_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"level" integer NOT NULL,
	"member_id" uuid NOT NULL,
	"decision" text NOT NULL,
	"reason" text,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "approval_decisions_tenant_id_request_id_level_member_id_pk" PRIMARY KEY("tenant_id","request_id","level","member_id")
);
--> statement-breakpoint
CREATE TABLE "approval_flows" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"conditions" jsonb NOT NULL,
	"levels" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "approval_flows_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "approval_flows_tenant_id_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "approval_requests" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"flow_id" uuid NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"subject_name" text NOT NULL,
	"content_hash" "bytea" NOT NULL,
	"levels" jsonb NOT NULL,
	"level" integer DEFAULT 0 NOT NULL,
	"state" "approval_state" DEFAULT 'pending' NOT NULL,
	"requested_by" uuid,
	"requested_by_name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "approval_requests_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "channel_secrets" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"field" text NOT NULL,
	"ciphertext" "bytea" NOT NULL,
	"key_version" integer NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channel_secrets_tenant_id_channel_id_field_pk" PRIMARY KEY("tenant_id","channel_id","field")
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"plugin_id" text NOT NULL,
	"settings" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"state" "channel_state" DEFAULT 'on' NOT NULL,
	"health" "channel_health" DEFAULT 'unverified' NOT NULL,
	"health_code" text,
	"health_detail" text,
	"health_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channels_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "channels_tenant_id_code_unique" UNIQUE("tenant_id","code"),
	CONSTRAINT "channels_tenant_id_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" "policy_state" DEFAULT 'active' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "policies_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "policies_tenant_id_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "policy_versions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"steps" jsonb NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "policy_versions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "policy_versions_tenant_id_policy_id_number_unique" UNIQUE("tenant_id","policy_id","number")
);
--> statement-breakpoint
CREATE TABLE "template_versions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"template_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"state" "template_version_state" DEFAULT 'draft' NOT NULL,
	"variables" jsonb NOT NULL,
	"renderings" jsonb NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp (3) with time zone,
	CONSTRAINT "template_versions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "template_versions_tenant_id_template_id_number_unique" UNIQUE("tenant_id","template_id","number")
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "templates_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "templates_tenant_id_code_unique" UNIQUE("tenant_id","code"),
	CONSTRAINT "templates_tenant_id_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "attempts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"tenant_id" uuid NOT NULL,
	"chunk_id" bigint NOT NULL,
	"channel_id" uuid NOT NULL,
	"first_id" bigint NOT NULL,
	"last_id" bigint NOT NULL,
	"delivery_count" integer NOT NULL,
	"lease_token" uuid NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"outcome" jsonb,
	"vendor_ids" text[]
);
--> statement-breakpoint
CREATE TABLE "chunks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "chunks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"step" smallint NOT NULL,
	"priority" smallint NOT NULL,
	"state" "chunk_state" DEFAULT 'ready' NOT NULL,
	"first_id" bigint NOT NULL,
	"last_id" bigint NOT NULL,
	"delivery_count" integer NOT NULL,
	"round_count" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"lease_token" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" bigint PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"user_id" uuid,
	"step" smallint NOT NULL,
	"attempt_count" smallint DEFAULT 0 NOT NULL,
	"state" "delivery_state" NOT NULL,
	"address_origin" "address_origin",
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"accepted_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"read_at" timestamp (3) with time zone,
	"clicked_at" timestamp (3) with time zone,
	"address" text,
	"reason" text,
	"reason_detail" text,
	"variables" jsonb
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "receipts" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"event_id" text NOT NULL,
	"delivery_id" bigint,
	"type" text NOT NULL,
	"code" text,
	"detail" text,
	"target" jsonb NOT NULL,
	"happened_at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"applied_at" timestamp (3) with time zone,
	CONSTRAINT "receipts_tenant_id_channel_id_event_id_pk" PRIMARY KEY("tenant_id","channel_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "vendor_references" (
	"tenant_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"vendor_id" text NOT NULL,
	"delivery_id" bigint NOT NULL,
	CONSTRAINT "vendor_references_tenant_id_channel_id_vendor_id_delivery_id_pk" PRIMARY KEY("tenant_id","channel_id","vendor_id","delivery_id")
);
--> statement-breakpoint
CREATE TABLE "flows" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"step" smallint DEFAULT 0 NOT NULL,
	"state" "flow_state" DEFAULT 'waiting' NOT NULL,
	"wake_at" timestamp (3) with time zone,
	"wasted_count" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "flows_tenant_id_message_id_user_id_pk" PRIMARY KEY("tenant_id","message_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"tenant_id" uuid NOT NULL,
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"message_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_tenant_id_scope_key_pk" PRIMARY KEY("tenant_id","scope","key")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"source_id" uuid,
	"author_id" uuid,
	"state" "message_state" NOT NULL,
	"needs_approval" boolean NOT NULL,
	"title" text NOT NULL,
	"priority" smallint NOT NULL,
	"audience" jsonb NOT NULL,
	"template_version_id" uuid,
	"renderings" jsonb,
	"variables" jsonb NOT NULL,
	"channel_ids" uuid[] NOT NULL,
	"policy_version_id" uuid,
	"content_hash" "bytea" NOT NULL,
	"expand_cursor" uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp (3) with time zone,
	CONSTRAINT "messages_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"address" text NOT NULL,
	"scope" "identity_scope" DEFAULT 'all' NOT NULL,
	"scope_id" uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "identities_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "identities_tenant_id_user_id_kind_scope_scope_id_unique" UNIQUE("tenant_id","user_id","kind","scope","scope_id")
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tags_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "tags_tenant_id_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "user_tags" (
	"tenant_id" uuid NOT NULL,
	"tag_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "user_tags_tenant_id_tag_id_user_id_pk" PRIMARY KEY("tenant_id","tag_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text NOT NULL,
	"name" text NOT NULL,
	"attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "users_tenant_id_external_id_unique" UNIQUE("tenant_id","external_id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"last_four" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "api_keys_key_hash_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "channel_grants" (
	"tenant_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channel_grants_tenant_id_source_id_channel_id_pk" PRIMARY KEY("tenant_id","source_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"state" "switch_state" DEFAULT 'on' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sources_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sources_tenant_id_code_unique" UNIQUE("tenant_id","code"),
	CONSTRAINT "sources_tenant_id_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "message_totals" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"step" smallint NOT NULL,
	"measure" "statistics_measure" NOT NULL,
	"reason" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "message_totals_tenant_id_message_id_channel_id_step_measure_reason_pk" PRIMARY KEY("tenant_id","message_id","channel_id","step","measure","reason")
);
--> statement-breakpoint
CREATE TABLE "statistics_deltas" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"template_id" uuid NOT NULL,
	"step" smallint NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"measure" "statistics_measure" NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "statistics_deltas_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"count" integer NOT NULL,
	CONSTRAINT "statistics_deltas_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "statistics_hourly" (
	"tenant_id" uuid NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"source_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"template_id" uuid NOT NULL,
	"step" smallint NOT NULL,
	"measure" "statistics_measure" NOT NULL,
	"reason" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "statistics_hourly_tenant_id_hour_source_id_channel_id_template_id_step_measure_reason_pk" PRIMARY KEY("tenant_id","hour","source_id","channel_id","template_id","step","measure","reason")
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"password_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"tenant_id" uuid NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"subject_id" text NOT NULL,
	"subject_name" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"request_id" text,
	"ip_address" text,
	CONSTRAINT "audit_entries_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"role_id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" "member_state" DEFAULT 'active' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "members_tenant_id_account_id_unique" UNIQUE("tenant_id","account_id")
);
--> statement-breakpoint
CREATE TABLE "quotas" (
	"tenant_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"period" text DEFAULT '' NOT NULL,
	"used" bigint DEFAULT 0 NOT NULL,
	"limit" bigint NOT NULL,
	CONSTRAINT "quotas_tenant_id_kind_period_pk" PRIMARY KEY("tenant_id","kind","period"),
	CONSTRAINT "quotas_not_negative" CHECK ("quotas"."used" >= 0)
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"permissions" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "roles_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "roles_tenant_id_code_unique" UNIQUE("tenant_id","code")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"account_id" uuid NOT NULL,
	"current_tenant_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sessions_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "tenant_keys" (
	"tenant_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"wrapped_key" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenant_keys_tenant_id_version_pk" PRIMARY KEY("tenant_id","version")
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"time_zone" text NOT NULL,
	"locale" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenants_code_unique" UNIQUE("code")
);
--> statement-breakpoint
ALTER TABLE "approval_decisions" ADD CONSTRAINT "approval_decisions_tenant_id_request_id_approval_requests_tenant_id_id_fk" FOREIGN KEY ("tenant_id","request_id") REFERENCES "public"."approval_requests"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_decisions" ADD CONSTRAINT "approval_decisions_tenant_id_member_id_members_tenant_id_id_fk" FOREIGN KEY ("tenant_id","member_id") REFERENCES "public"."members"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_flows" ADD CONSTRAINT "approval_flows_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_requests" ADD CONSTRAINT "approval_requests_tenant_id_flow_id_approval_flows_tenant_id_id_fk" FOREIGN KEY ("tenant_id","flow_id") REFERENCES "public"."approval_flows"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_secrets" ADD CONSTRAINT "channel_secrets_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policies" ADD CONSTRAINT "policies_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_versions" ADD CONSTRAINT "policy_versions_tenant_id_policy_id_policies_tenant_id_id_fk" FOREIGN KEY ("tenant_id","policy_id") REFERENCES "public"."policies"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_versions" ADD CONSTRAINT "template_versions_tenant_id_template_id_templates_tenant_id_id_fk" FOREIGN KEY ("tenant_id","template_id") REFERENCES "public"."templates"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_tenant_id_user_id_users_tenant_id_id_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_tags" ADD CONSTRAINT "user_tags_tenant_id_tag_id_tags_tenant_id_id_fk" FOREIGN KEY ("tenant_id","tag_id") REFERENCES "public"."tags"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_tags" ADD CONSTRAINT "user_tags_tenant_id_user_id_users_tenant_id_id_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_source_id_sources_tenant_id_id_fk" FOREIGN KEY ("tenant_id","source_id") REFERENCES "public"."sources"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_grants" ADD CONSTRAINT "channel_grants_tenant_id_source_id_sources_tenant_id_id_fk" FOREIGN KEY ("tenant_id","source_id") REFERENCES "public"."sources"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_grants" ADD CONSTRAINT "channel_grants_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_tenant_id_role_id_roles_tenant_id_id_fk" FOREIGN KEY ("tenant_id","role_id") REFERENCES "public"."roles"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_keys" ADD CONSTRAINT "tenant_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "approval_decisions_tenant_id_member_id_index" ON "approval_decisions" USING btree ("tenant_id","member_id");--> statement-breakpoint
CREATE INDEX "approval_requests_tenant_id_flow_id_index" ON "approval_requests" USING btree ("tenant_id","flow_id");--> statement-breakpoint
CREATE INDEX "approval_requests_tenant_id_subject_id_index" ON "approval_requests" USING btree ("tenant_id","subject_id");--> statement-breakpoint
CREATE INDEX "approval_requests_tenant_id_state_id_index" ON "approval_requests" USING btree ("tenant_id","state","id");--> statement-breakpoint
CREATE INDEX "channels_id_index" ON "channels" USING btree ("id");--> statement-breakpoint
CREATE INDEX "policy_versions_tenant_id_policy_id_index" ON "policy_versions" USING btree ("tenant_id","policy_id");--> statement-breakpoint
CREATE UNIQUE INDEX "template_versions_one_draft" ON "template_versions" USING btree ("tenant_id","template_id") WHERE state = 'draft';--> statement-breakpoint
CREATE UNIQUE INDEX "template_versions_one_published" ON "template_versions" USING btree ("tenant_id","template_id") WHERE state = 'published';--> statement-breakpoint
CREATE INDEX "attempts_of_chunk" ON "attempts" USING btree ("tenant_id","chunk_id");--> statement-breakpoint
CREATE INDEX "attempts_open" ON "attempts" USING btree ("chunk_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "chunks_ready" ON "chunks" USING btree ("priority","due_at","id") WHERE state = 'ready';--> statement-breakpoint
CREATE INDEX "chunks_leased" ON "chunks" USING btree ("lease_until") WHERE state in ('queued', 'sending');--> statement-breakpoint
CREATE INDEX "chunks_of_message" ON "chunks" USING btree ("tenant_id","message_id","step");--> statement-breakpoint
CREATE INDEX "chunks_by_range" ON "chunks" USING btree ("tenant_id","first_id");--> statement-breakpoint
CREATE INDEX "deliveries_of_user" ON "deliveries" USING btree ("tenant_id","user_id") WHERE user_id is not null;--> statement-breakpoint
CREATE INDEX "receipts_waiting" ON "receipts" USING btree ("received_at") WHERE applied_at is null;--> statement-breakpoint
CREATE INDEX "receipts_of_delivery" ON "receipts" USING btree ("tenant_id","delivery_id");--> statement-breakpoint
CREATE INDEX "flows_due" ON "flows" USING btree ("wake_at") WHERE state = 'waiting' and wake_at is not null;--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at_index" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "messages_tenant_id_source_id_id_index" ON "messages" USING btree ("tenant_id","source_id","id");--> statement-breakpoint
CREATE INDEX "messages_tenant_id_template_version_id_index" ON "messages" USING btree ("tenant_id","template_version_id") WHERE template_version_id is not null;--> statement-breakpoint
CREATE INDEX "messages_unfinished" ON "messages" USING btree ("id") WHERE state in ('expanding', 'sending');--> statement-breakpoint
CREATE INDEX "identities_tenant_id_kind_address_index" ON "identities" USING btree ("tenant_id","kind","address");--> statement-breakpoint
CREATE INDEX "user_tags_tenant_id_user_id_index" ON "user_tags" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "api_keys_tenant_id_source_id_index" ON "api_keys" USING btree ("tenant_id","source_id");--> statement-breakpoint
CREATE INDEX "channel_grants_tenant_id_channel_id_index" ON "channel_grants" USING btree ("tenant_id","channel_id");--> statement-breakpoint
CREATE INDEX "members_tenant_id_role_id_index" ON "members" USING btree ("tenant_id","role_id");--> statement-breakpoint
CREATE INDEX "members_account_id_index" ON "members" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "sessions_account_id_index" ON "sessions" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_at_index" ON "sessions" USING btree ("expires_at");