-- The circuits' fence, and what each role may do with them: workers and the API write them, the dispatcher leaves out
-- channels that are not sent through and lets one chunk be the probe.
select fence_tenant_table('channel_circuits');
--> statement-breakpoint
grant select, insert, update, delete on channel_circuits to tidings_api, tidings_worker;
--> statement-breakpoint
grant select (tenant_id, channel_id, state, next_probe_at, probe_chunk_id),
  update (state, next_probe_at, probe_chunk_id) on channel_circuits to tidings_dispatch;
--> statement-breakpoint
create policy dispatch on channel_circuits to tidings_dispatch using (true) with check (true);
