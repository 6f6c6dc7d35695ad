-- What waits to be sent by tags keeps which tags it was accepted with, and each tag knows what goes by it: a tag that is
-- renamed stays the one that was meant, and one that is named cannot be deleted.
create function pg_temp.pinned(of_tenant uuid, audience jsonb) returns jsonb language sql stable return audience
  || jsonb_build_object('pinned', coalesce((
    select jsonb_agg(jsonb_build_object('key', t.id, 'name', t.name) order by t.name) from tags t
    where t.tenant_id = of_tenant
      and (audience -> 'any' || (audience -> 'all') || (audience -> 'not')) ? t.name
  ), '[]'));
--> statement-breakpoint
update messages set audience = pg_temp.pinned(tenant_id, audience)
where state in ('pending_approval', 'scheduled', 'expanding', 'paused') and audience ->> 'kind' = 'tags';
--> statement-breakpoint
update series set audience = pg_temp.pinned(tenant_id, audience)
where state in ('pending_approval', 'active') and audience ->> 'kind' = 'tags';
--> statement-breakpoint
-- The UUID that the 26 digits of a tag's id stand for, five bits each.
create function pg_temp.tag_key(id text) returns uuid language sql immutable return (
  select string_agg(to_hex(substr(bits, 4 * place + 1, 4)::bit(4)::int), '' order by place)::uuid
  from (
    select right(string_agg((strpos('0123456789abcdefghjkmnpqrstvwxyz', digit) - 1)::bit(5)::text, '' order by at), 128)
      as bits
    from string_to_table(substr(id, 5), null) with ordinality as digits(digit, at)
  ) number cross join generate_series(0, 31) place);
--> statement-breakpoint
insert into audience_uses (tenant_id, subject_id, holder_kind, holder_id)
select distinct h.tenant_id, t.key, h.kind::audience_holder, h.id
from (
  select tenant_id, id, 'message' as kind, audience from messages
  where state in ('pending_approval', 'scheduled', 'expanding', 'paused')
  union all
  select tenant_id, id, 'series', audience from series where state in ('pending_approval', 'active')
) h cross join lateral (
  select (p ->> 'key')::uuid as key from jsonb_array_elements(h.audience -> 'pinned') p
  where h.audience ->> 'kind' = 'tags'
  union
  select pg_temp.tag_key(id #>> '{}') from jsonb_path_query(h.audience -> 'rule', 'strict $.**.hasTag') id
  where h.audience ->> 'kind' = 'segment'
) t
on conflict do nothing;
