import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/index.ts";

/** Tables without `tenant_id`, and why they need none. */
const GLOBAL_TABLES = new Map([
  ["accounts", "a person may be a member of several tenants"],
  ["installation_audit_entries", "tell what was done to the installation itself"],
  ["ledger_rounds", "tell what was found in all books"],
  ["marketplace_policy", "is the installation's"],
  ["operators", "run the installation, and belong to no tenant"],
  ["plugin_blocks", "hold for every tenant"],
  ["plugin_listings", "are offered to every tenant"],
  ["plugin_packages", "are the same for every tenant"],
  ["plugin_reviews", "are the operators'"],
  ["process_reports", "tell how the installation's processes are"],
  ["publisher_accounts", "belong to a publisher"],
  ["publisher_invitations", "belong to a publisher"],
  ["publisher_keys", "belong to a publisher"],
  ["publisher_tokens", "belong to a publisher"],
  ["publishers", "write plugins for every tenant"],
  ["registries", "are the installation's"],
  ["registry_files", "are public"],
  ["sessions", "belong to an account"],
  ["tenants", "are the tenants; fenced by their own id"],
]);

/** Written millions of times a day: a foreign key makes those statements several times slower. */
const TABLES_WITHOUT_FOREIGN_KEYS = [
  "attempts",
  "audience_file_rows",
  "audience_uses",
  "callback_events",
  "cancelled_users",
  "chunks",
  "deliveries",
  "flows",
  "handovers",
  "idempotency_keys",
  "inquiries",
  "message_totals",
  "messages",
  "pacers",
  "receipts",
  "resends",
  "sent_contents",
  "statistics_deltas",
  "statistics_hourly",
  "vendor_references",
];

/** Unique across tenants on purpose: looked up before the tenant is known, or an id that we alone assign. */
const UNIQUE_ACROSS_TENANTS = ["api_keys_key_hash_unique", "attempts_pkey", "chunks_pkey", "deliveries_pkey"];

/** Policies beside `tenant_fence`: the dispatcher's view of ids and states, the owner's look-ups. */
const EXTRA_POLICIES: Record<string, string[]> = {
  dispatch: ["tidings_dispatch"],
  owner_lookup: ["owner"],
};

/** Run with the owner's rights; each answers one question about one exact value, or rolls partitions. */
const SECURITY_DEFINERS = [
  "find_api_key",
  "find_channel_tenant",
  "find_delivery_places",
  "find_memberships",
  "find_tenant",
  "list_tenants",
  "roll_delivery_partitions",
];

const APPLICATION_ROLES = ["tidings_api", "tidings_dispatch", "tidings_worker"];

/** Restricts a catalogue query to the tables of the product. `c` is `pg_class`. */
const OURS = "c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')";
const HAS_TENANT =
  "exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)";

describe("the fences in the migrated schema", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  const query = <T extends object>(text: string) =>
    withSession(database.url, "test", (sql: Sql) => sql.unsafe<(T & Iterable<T>)[]>(text));
  const names = async (text: string) => (await query<{ name: string }>(text)).map((row) => row.name);

  it("has a tenant_id on every table that is not listed as global", async () => {
    const without = await names(
      `select c.relname as name from pg_class c where ${OURS} and not ${HAS_TENANT} order by 1`,
    );
    expect(without).toEqual([...GLOBAL_TABLES.keys()].sort());
  });

  it("never lets tenant_id be null", async () => {
    const nullable = await names(`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where ${OURS} and a.attname = 'tenant_id' and not a.attnotnull
    `);
    expect(nullable).toEqual([]);
  });

  it("enables and forces row level security on every tenant table", async () => {
    const open = await names(`
      select c.relname as name from pg_class c
      where ${OURS} and not c.relispartition and ${HAS_TENANT} and not (c.relrowsecurity and c.relforcerowsecurity)
    `);
    expect(open).toEqual([]);
  });

  it("fences every command of every tenant table, with the tenant evaluated once a statement", async () => {
    const fence = String.raw`^\(tenant_id = \( SELECT current_tenant_id\(\) AS current_tenant_id\)\)$`;
    const unfenced = await names(`
      select c.relname as name from pg_class c
      where ${OURS} and not c.relispartition and ${HAS_TENANT} and not exists (
        select from pg_policies p
        where p.schemaname = 'public' and p.tablename = c.relname and p.permissive = 'PERMISSIVE' and p.cmd = 'ALL'
          and p.roles = '{public}' and p.qual ~ '${fence}' and p.with_check ~ '${fence}'
      )
    `);
    expect(unfenced).toEqual([]);
  });

  it("opens a tenant table to listed roles only", async () => {
    const policies = await query<{ policy: string; roles: string[] }>(`
      select policyname::text as policy, array_agg(distinct case when role = owner then 'owner' else role end) as roles
      from pg_policies p
      join pg_class c on c.relname = p.tablename and ${OURS}
      cross join lateral (select pg_get_userbyid(c.relowner)::text as owner) o
      cross join unnest(p.roles::text[]) as role
      where policyname <> 'tenant_fence' group by policyname order by policyname
    `);
    expect(Object.fromEntries(policies.map(({ policy, roles }) => [policy, roles]))).toEqual(EXTRA_POLICIES);
  });

  it("lets no application role reach a partition behind its table's fence", async () => {
    const reachable = await names(`
      select distinct c.relname as name from pg_class c, aclexplode(c.relacl) grant_
      where ${OURS} and c.relispartition and grant_.grantee <> c.relowner
    `);
    expect(reachable).toEqual([]);
  });

  it("gives the application roles no way around row level security", async () => {
    const roles = await query<{ name: string; strong: boolean; owns: number; memberships: number }>(`
      select rolname as name, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as strong,
        (select count(*)::int from pg_class where relowner = r.oid) +
          (select count(*)::int from pg_proc where proowner = r.oid) as owns,
        (select count(*)::int from pg_auth_members where member = r.oid) as memberships
      from pg_roles r where rolname = any ('{${APPLICATION_ROLES}}') order by rolname
    `);
    const weak = APPLICATION_ROLES.map((name) => ({ name, strong: false, owns: 0, memberships: 0 }));
    expect(roles).toEqual(weak);
  });

  it("lets no application role create objects", async () => {
    const creators = await names(`
      select r.rolname as name from pg_roles r where r.rolname = any ('{${APPLICATION_ROLES}}')
        and (has_schema_privilege(r.oid, 'public', 'create') or has_database_privilege(r.oid, current_database(), 'create'))
    `);
    expect(creators).toEqual([]);
  });

  it("has an index behind every foreign key", async () => {
    const bare = await names(`
      select k.conrelid::regclass || '.' || k.conname as name from pg_constraint k
      where k.contype = 'f' and k.connamespace = 'public'::regnamespace and not exists (
        select from pg_index i
        where i.indrelid = k.conrelid and i.indpred is null and i.indisvalid
          and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
      ) order by 1
    `);
    expect(bare).toEqual([]);
  });

  it("ties tenant tables together by tenant and id", async () => {
    const loose = await names(`
      select k.conrelid::regclass || '.' || k.conname as name
      from pg_constraint k join pg_class c on c.oid = k.confrelid
      where k.contype = 'f' and ${OURS} and ${HAS_TENANT} and not exists (
        select from unnest(k.conkey, k.confkey) as pair (own, other)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.own and a.attname = 'tenant_id'
        join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.other and b.attname = 'tenant_id'
      ) order by 1
    `);
    expect(loose).toEqual([]);
  });

  it("ties every tenant table to something, but for the listed hot ones", async () => {
    const untied = await names(`
      select c.relname as name from pg_class c
      where ${OURS} and not c.relispartition and ${HAS_TENANT}
        and not exists (select from pg_constraint k where k.contype = 'f' and k.conrelid = c.oid) order by 1
    `);
    expect(untied).toEqual(TABLES_WITHOUT_FOREIGN_KEYS);
  });

  it("starts every unique key of a tenant table with the tenant, but for the listed ones", async () => {
    const across = await names(`
      select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid
      where ${OURS} and not c.relispartition and ${HAS_TENANT} and i.indisunique
        and not exists (
          select from pg_attribute a
          where a.attrelid = c.oid and a.attnum = i.indkey[0] and a.attname = 'tenant_id'
        ) order by 1
    `);
    expect(across).toEqual(UNIQUE_ACROSS_TENANTS);
  });

  it("stores no time without a time zone", async () => {
    const naive = await names(`
      select c.relname || '.' || a.attname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where ${OURS} and a.attnum > 0 and not a.attisdropped
        and a.atttypid in ('timestamp'::regtype, 'timestamp[]'::regtype)
    `);
    expect(naive).toEqual([]);
  });

  it("runs only listed functions with the owner's rights, on a pinned search path and not for everybody", async () => {
    const functions = await query<{ name: string; pinned: boolean; public: boolean }>(`
      select proname as name, coalesce(proconfig::text like '%search_path=pg_catalog%', false) as pinned,
        has_function_privilege('public', oid, 'execute') as public
      from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by proname
    `);
    expect(functions).toEqual(SECURITY_DEFINERS.map((name) => ({ name, pinned: true, public: false })));
  });

  it("has no view that would read with its owner's rights", async () => {
    const views = await names(`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
        and coalesce(c.reloptions::text not like '%security_invoker=true%', true)
    `);
    expect(views).toEqual([]);
  });
});
