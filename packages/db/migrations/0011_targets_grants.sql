select fence_tenant_table(name::regclass) from unnest(array[
  'audience_file_rows', 'audience_files', 'audience_uses', 'departments', 'segments', 'user_departments'
]) as name;
--> statement-breakpoint
grant select, insert, update, delete
  on audience_file_rows, audience_files, audience_uses, departments, segments, user_departments
  to tidings_api, tidings_worker;
--> statement-breakpoint

-- The dispatcher finds files whose time is over, across tenants.
grant select (id, tenant_id, expires_at) on audience_files to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on audience_files for select to tidings_dispatch using (true);
