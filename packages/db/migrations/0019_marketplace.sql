CREATE TYPE "public"."installation_state" AS ENUM('on', 'removed');--> statement-breakpoint
CREATE TYPE "public"."listing_state" AS ENUM('checking', 'refused', 'in_review', 'listed', 'withdrawn');--> statement-breakpoint
CREATE TYPE "public"."publisher_state" AS ENUM('active', 'suspended');--> statement-breakpoint
CREATE TYPE "public"."registry_kind" AS ENUM('own', 'seed', 'remote');--> statement-breakpoint
CREATE TABLE "marketplace_policy" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"grades" text[] NOT NULL,
	"minimum_release_age_hours" integer NOT NULL,
	"four_eyes" boolean NOT NULL,
	"allow_list_only" boolean NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "operators" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "plugin_allowances" (
	"tenant_id" uuid NOT NULL,
	"plugin_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plugin_allowances_tenant_id_plugin_id_pk" PRIMARY KEY("tenant_id","plugin_id")
);
--> statement-breakpoint
CREATE TABLE "plugin_blocks" (
	"sha256" text PRIMARY KEY NOT NULL,
	"plugin_id" text NOT NULL,
	"version" text NOT NULL,
	"cause" text NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "plugin_installations" (
	"tenant_id" uuid NOT NULL,
	"plugin_id" text NOT NULL,
	"state" "installation_state" DEFAULT 'on' NOT NULL,
	"sha256" text NOT NULL,
	"version" text NOT NULL,
	"grants" jsonb NOT NULL,
	"previous_sha256" text,
	"canary_sha256" text,
	"canary_percent" integer,
	"canary_since" timestamp (3) with time zone,
	"agreed_by" text NOT NULL,
	"agreed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plugin_installations_tenant_id_plugin_id_pk" PRIMARY KEY("tenant_id","plugin_id")
);
--> statement-breakpoint
CREATE TABLE "plugin_listings" (
	"registry_id" uuid NOT NULL,
	"plugin_id" text NOT NULL,
	"version" text NOT NULL,
	"sha256" text NOT NULL,
	"envelope" jsonb NOT NULL,
	"state" "listing_state" NOT NULL,
	"grade" text,
	"labels" text[] DEFAULT '{}' NOT NULL,
	"report" jsonb,
	"submitted_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"listed_at" timestamp (3) with time zone,
	CONSTRAINT "plugin_listings_registry_id_plugin_id_version_pk" PRIMARY KEY("registry_id","plugin_id","version")
);
--> statement-breakpoint
CREATE TABLE "plugin_packages" (
	"sha256" text PRIMARY KEY NOT NULL,
	"plugin_id" text NOT NULL,
	"version" text NOT NULL,
	"manifest" jsonb NOT NULL,
	"archive" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "plugin_reviews" (
	"registry_id" uuid NOT NULL,
	"plugin_id" text NOT NULL,
	"version" text NOT NULL,
	"account_id" uuid NOT NULL,
	"verdict" text NOT NULL,
	"comment" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plugin_reviews_registry_id_plugin_id_version_account_id_pk" PRIMARY KEY("registry_id","plugin_id","version","account_id")
);
--> statement-breakpoint
CREATE TABLE "publisher_accounts" (
	"publisher_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	CONSTRAINT "publisher_accounts_publisher_id_account_id_pk" PRIMARY KEY("publisher_id","account_id")
);
--> statement-breakpoint
CREATE TABLE "publisher_keys" (
	"publisher_id" uuid NOT NULL,
	"key_id" text NOT NULL,
	"public_key" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "publisher_keys_publisher_id_key_id_pk" PRIMARY KEY("publisher_id","key_id")
);
--> statement-breakpoint
CREATE TABLE "publisher_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"publisher_id" uuid NOT NULL,
	"name" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "publisher_tokens_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "publishers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"contact" text NOT NULL,
	"state" "publisher_state" DEFAULT 'active' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "publishers_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "registries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" "registry_kind" NOT NULL,
	"name" text NOT NULL,
	"url" text,
	"priority" integer NOT NULL,
	"public_keys" text[] NOT NULL,
	"is_on" boolean DEFAULT true NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"synced_at" timestamp (3) with time zone,
	"failure" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "registries_name_unique" UNIQUE("name"),
	CONSTRAINT "registries_url_unique" UNIQUE("url")
);
--> statement-breakpoint
ALTER TABLE "operators" ADD CONSTRAINT "operators_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_allowances" ADD CONSTRAINT "plugin_allowances_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_installations" ADD CONSTRAINT "plugin_installations_sha256_plugin_packages_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."plugin_packages"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_installations" ADD CONSTRAINT "plugin_installations_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_listings" ADD CONSTRAINT "plugin_listings_registry_id_registries_id_fk" FOREIGN KEY ("registry_id") REFERENCES "public"."registries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_listings" ADD CONSTRAINT "plugin_listings_sha256_plugin_packages_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."plugin_packages"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_reviews" ADD CONSTRAINT "plugin_reviews_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plugin_reviews" ADD CONSTRAINT "plugin_reviews_registry_id_plugin_id_version_plugin_listings_registry_id_plugin_id_version_fk" FOREIGN KEY ("registry_id","plugin_id","version") REFERENCES "public"."plugin_listings"("registry_id","plugin_id","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "publisher_accounts" ADD CONSTRAINT "publisher_accounts_publisher_id_publishers_id_fk" FOREIGN KEY ("publisher_id") REFERENCES "public"."publishers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "publisher_accounts" ADD CONSTRAINT "publisher_accounts_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "publisher_keys" ADD CONSTRAINT "publisher_keys_publisher_id_publishers_id_fk" FOREIGN KEY ("publisher_id") REFERENCES "public"."publishers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "publisher_tokens" ADD CONSTRAINT "publisher_tokens_publisher_id_publishers_id_fk" FOREIGN KEY ("publisher_id") REFERENCES "public"."publishers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "plugin_installations_sha256_index" ON "plugin_installations" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "plugin_listings_plugin_id_index" ON "plugin_listings" USING btree ("plugin_id");--> statement-breakpoint
CREATE INDEX "plugin_listings_state_index" ON "plugin_listings" USING btree ("state");--> statement-breakpoint
CREATE INDEX "plugin_listings_sha256_index" ON "plugin_listings" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "plugin_reviews_account_id_index" ON "plugin_reviews" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "publisher_accounts_account_id_index" ON "publisher_accounts" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "publisher_tokens_publisher_id_index" ON "publisher_tokens" USING btree ("publisher_id");