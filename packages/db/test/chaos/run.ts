/**
 * A process of its own, because the stock pool may take its process down.
 * Arguments: `hardened` or `stock`, the superuser's URL, milliseconds. Prints the tally as JSON.
 */
import postgres, { type TransactionSql } from "postgres";
import { connect } from "../../src/index.ts";
import { KILLED_APPLICATION, runUnderKills, type TenantPool } from "./scenario.ts";

const [kind, url = "", durationMs] = process.argv.slice(2);
const POOL_SIZE = 3;

function hardenedPool(): TenantPool {
  const database = connect({
    url,
    role: "tidings_api",
    max: POOL_SIZE,
    applicationName: KILLED_APPLICATION,
    deadlineMs: 3_000,
  });
  return {
    withTenant: (tenantId, work) => database.withTenant(tenantId, (tx) => work(tx.sql)),
    ping: () => database.ping(),
  };
}

function stockPool(): TenantPool {
  const sql = postgres(url, {
    max: POOL_SIZE,
    connection: { application_name: KILLED_APPLICATION, role: "tidings_api" },
  });
  const withTenant = (tenantId: string, work: (sql: TransactionSql) => Promise<unknown>) =>
    sql.begin(async (tx) => {
      await tx`select set_config('app.tenant_id', ${tenantId}, true)`;
      return work(tx);
    });
  return {
    withTenant: withTenant as TenantPool["withTenant"],
    ping: async () => void (await sql`select 1`),
  };
}

async function main(): Promise<void> {
  const admin = postgres(url, { max: 1, onnotice: () => undefined });
  const pool = kind === "stock" ? stockPool() : hardenedPool();
  const tally = await runUnderKills(pool, admin, Number(durationMs));
  process.stdout.write(`${JSON.stringify(tally)}\n`, () => process.exit(0));
}

await main();
