CREATE TABLE "installation_audit_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "installation_audit_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"subject_id" text NOT NULL,
	"subject_name" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"request_id" text,
	"ip_address" text
);
--> statement-breakpoint
CREATE TABLE "registry_files" (
	"path" text PRIMARY KEY NOT NULL,
	"content" "bytea" NOT NULL,
	"sha256" text NOT NULL,
	"sequence" integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX "installation_audit_entries_subject_id_index" ON "installation_audit_entries" USING btree ("subject_id");--> statement-breakpoint

-- Entries can only be added.
grant select, insert on installation_audit_entries to tidings_api;
--> statement-breakpoint

-- Whom an operator can allow a plugin: the names of tenants, and nothing inside them.
create function list_tenants(after uuid, at_most integer)
  returns table (tenant_id uuid, tenant_code text, tenant_name text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.id, t.code, t.name from tenants t
    where after is null or t.id > after order by t.id limit at_most;
  end;
--> statement-breakpoint
create function find_tenant(tenant uuid)
  returns table (tenant_id uuid, tenant_code text, tenant_name text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.id, t.code, t.name from tenants t where t.id = tenant;
  end;
--> statement-breakpoint
revoke all on function list_tenants(uuid, integer), find_tenant(uuid) from public;
--> statement-breakpoint
grant execute on function list_tenants(uuid, integer), find_tenant(uuid) to tidings_api;
--> statement-breakpoint

-- What the last publication of the own registry made.
grant select, insert, update, delete on registry_files to tidings_api;
