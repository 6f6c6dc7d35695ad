CREATE TABLE "plugin_trial_counts" (
	"tenant_id" uuid NOT NULL,
	"plugin_id" text NOT NULL,
	"sha256" text NOT NULL,
	"accepted" integer NOT NULL,
	"rejected" integer NOT NULL,
	"config" integer NOT NULL,
	"transient" integer NOT NULL,
	"unknown" integer NOT NULL,
	CONSTRAINT "plugin_trial_counts_tenant_id_plugin_id_sha256_pk" PRIMARY KEY("tenant_id","plugin_id","sha256")
);
--> statement-breakpoint
ALTER TABLE "plugin_installations" ADD COLUMN "automatic_upgrades" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "plugin_installations" ADD COLUMN "turned_down_sha256" text;--> statement-breakpoint
ALTER TABLE "plugin_installations" ADD COLUMN "told_of_sha256" text;--> statement-breakpoint
ALTER TABLE "plugin_trial_counts" ADD CONSTRAINT "plugin_trial_counts_tenant_id_plugin_id_plugin_installations_tenant_id_plugin_id_fk" FOREIGN KEY ("tenant_id","plugin_id") REFERENCES "public"."plugin_installations"("tenant_id","plugin_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint

select fence_tenant_table('plugin_trial_counts');
--> statement-breakpoint
grant select, delete on plugin_trial_counts to tidings_api;
--> statement-breakpoint

-- Workers count, and tell what may not run any more.
grant select, insert, update, delete on plugin_trial_counts to tidings_worker;
--> statement-breakpoint
grant update (told_of_sha256, updated_at) on plugin_installations to tidings_worker;
--> statement-breakpoint

-- Whose installations are to be looked after, of all tenants.
grant select (automatic_upgrades, canary_since, told_of_sha256) on plugin_installations to tidings_dispatch;
