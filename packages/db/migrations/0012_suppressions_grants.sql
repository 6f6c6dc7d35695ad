-- An address as it is compared: letters' case does not tell two apart, nor the country code of a mainland number.
create function address_key(address text) returns text
  language sql immutable parallel safe
  return lower(regexp_replace(address, '^\+86(?=1\d{10}$)', ''));
--> statement-breakpoint

select fence_tenant_table(name::regclass) from unnest(array[
  'suppressions', 'recipient_lists', 'recipient_list_entries', 'sent_contents'
]) as name;
--> statement-breakpoint
grant select, insert, update, delete on suppressions, recipient_lists, recipient_list_entries, sent_contents
  to tidings_api, tidings_worker;
--> statement-breakpoint

-- The dispatcher finds tenants with contents that no message looks back to any more.
grant select (tenant_id, created_at) on sent_contents to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on sent_contents for select to tidings_dispatch using (true);
--> statement-breakpoint

-- New tenants get these permissions from the catalogue of built-in roles; here are those that exist. Tenant by tenant,
-- because the fence of forced row-level security holds for an owner that is no superuser too.
do $$
declare tenant uuid;
begin
  for tenant in select id from tenants loop
    perform set_config('app.tenant_id', tenant::text, true);
    update roles set permissions = permissions ||
      '[{"action": ["read", "create", "update", "delete"], "subject": ["Suppression", "RecipientList"]}]'
      where tenant_id = tenant and code = 'operator';
    update roles set permissions = permissions || '[{"action": "read", "subject": ["Suppression", "RecipientList"]}]'
      where tenant_id = tenant and code = 'reviewer';
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;
