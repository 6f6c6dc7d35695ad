select fence_tenant_table('vendor_template_syncs');
--> statement-breakpoint
select fence_tenant_table('vendor_templates');
--> statement-breakpoint
-- Members ask for a sync through the API, workers repeat it.
grant select, insert, update, delete on vendor_template_syncs, vendor_templates to tidings_api, tidings_worker;
--> statement-breakpoint
-- What is due is found across tenants: by which plugin a channel goes, and when its list was to be read again.
grant select (tenant_id, channel_id, next_at) on vendor_template_syncs to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on vendor_template_syncs for select to tidings_dispatch using (true);
--> statement-breakpoint
grant select (tenant_id, id, plugin_id, state) on channels to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on channels for select to tidings_dispatch using (true);
