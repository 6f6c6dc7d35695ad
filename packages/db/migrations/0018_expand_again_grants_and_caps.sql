-- The expander finds what is to be tried again, across tenants.
grant select (expand_failure_count, expand_again_at) on messages to tidings_dispatch;
--> statement-breakpoint
grant select (tenant_id, release_at) on quiet_hours to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on quiet_hours for select to tidings_dispatch using (true);
--> statement-breakpoint

-- Caps, row by row in order. `room` has for each cap how many more it lets through, null where it does not ask for the
-- row. A row that all have room for takes one of each; one that a cap has none for takes of none. The state holds the
-- place of the cap that the last row was over, and behind it what the rows so far have taken of each.
create function pass_caps(state int[], room int[]) returns int[] language plpgsql immutable parallel safe as $$
begin
  state := coalesce(state, array_fill(0, array[cardinality(room) + 1]));
  state[1] := null;
  for place in 1..cardinality(room) loop
    if room[place] <= state[place + 1] then
      state[1] := place;
      return state;
    end if;
  end loop;
  for place in 1..cardinality(room) loop
    if room[place] is not null then state[place + 1] := state[place + 1] + 1; end if;
  end loop;
  return state;
end $$;
--> statement-breakpoint
create function last_over_cap(state int[]) returns int language sql immutable parallel safe return state[1];
--> statement-breakpoint
-- The place of the first cap that the last row is over; null when it passes.
create aggregate over_cap(int[]) (sfunc = pass_caps, stype = int[], finalfunc = last_over_cap);
