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
