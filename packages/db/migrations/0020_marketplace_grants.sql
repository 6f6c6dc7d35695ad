select fence_tenant_table(name::regclass) from unnest(array['plugin_allowances', 'plugin_installations']) as name;
--> statement-breakpoint

-- The desk is the API's; workers read what is to be run, and block what turns out to be bad.
grant select, insert, update, delete on marketplace_policy, operators, plugin_allowances, plugin_blocks,
  plugin_installations, plugin_listings, plugin_packages, plugin_reviews, publisher_accounts, publisher_keys,
  publisher_tokens, publishers, registries to tidings_api;
--> statement-breakpoint
revoke update, delete on plugin_packages from tidings_api;
--> statement-breakpoint
grant select on plugin_blocks, plugin_installations, plugin_packages to tidings_worker;
--> statement-breakpoint
grant insert on plugin_blocks to tidings_worker;
--> statement-breakpoint

-- Which code runs for whom, of all tenants; not who agreed to it.
grant select (tenant_id, plugin_id, state, sha256, canary_sha256, canary_percent) on plugin_installations
  to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on plugin_installations for select to tidings_dispatch using (true);
--> statement-breakpoint
grant select on plugin_blocks, plugin_packages to tidings_dispatch;
--> statement-breakpoint

insert into marketplace_policy (grades, minimum_release_age_hours, four_eyes, allow_list_only)
  values ('{bronze,silver,gold}', 48, false, false);
