-- Ends the statement that would take more of a quota than there is. The detail is what the answer says.
create function refuse_quota(kind text, used bigint, allowed bigint) returns boolean language plpgsql as $$
begin
  raise exception 'quota "%" is full', kind using errcode = 'TD001',
    detail = json_build_object('kind', kind, 'used', used, 'limit', allowed)::text;
end $$;
