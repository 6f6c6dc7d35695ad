-- A channel's page tells when its reports were last fetched, and why they could not be.
grant select (tenant_id, channel_id, next_at, revision, visited_at, code, detail) on collections to tidings_api;
--> statement-breakpoint
-- Where settings have changed, the next visit is at once.
grant select (revision) on collections to tidings_dispatch;
--> statement-breakpoint
grant select (revision) on channels to tidings_dispatch;
