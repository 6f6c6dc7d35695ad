-- Reviewers and operators read plugins and roles: names of channel kinds, vendors' codes in words, and who fills an
-- approval level. New tenants get this from the catalogue of built-in roles; here are those that exist. Tenant by
-- tenant, because the fence of forced row-level security holds for an owner that is no superuser too.
do $$
declare tenant uuid;
begin
  for tenant in select id from tenants loop
    perform set_config('app.tenant_id', tenant::text, true);
    update roles set permissions = permissions || '[{"action": "read", "subject": ["Plugin", "Role"]}]'
      where tenant_id = tenant and code in ('operator', 'reviewer');
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;
