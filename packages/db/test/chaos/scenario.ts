import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Sql, TransactionSql } from "postgres";

/**
 * Tenants write pairs of rows, read back their own, and now and then roll back, while a killer terminates their
 * backends. Whatever a pool reports, the books must agree with the table afterwards.
 */
export interface TenantPool {
  withTenant<T>(tenantId: string, work: (sql: TransactionSql) => Promise<T>): Promise<T>;
  ping(): Promise<void>;
}

export interface Tally {
  transactions: number;
  kills: number;
  unavailable: number;
  /** Rows of another tenant, seen through row level security. */
  crossReads: number;
  /** Transactions of which the table holds one row of two. */
  partialCommits: number;
  /** Reported as committed, but not in the table. */
  lostCommits: number;
  /** Reported as not committed, but in the table. */
  ghostCommits: number;
  hangs: number;
  uncaught: number;
  recovered: boolean;
}

type Verdict = "committed" | "not committed" | "unknown" | "hung";

const TENANTS = [1, 2, 3, 4].map((digit) => `${String(digit).repeat(8)}-1111-4111-8111-111111111111`);
const LOOPS = 6;
/** Longer than the hardened pool's deadline. */
const HANG_MS = 4_000;
const PING_MS = 1_500;
const ROLLBACK_SHARE = 0.3;
export const KILLED_APPLICATION = "kill-target";

class WantedRollback extends Error {}

/** Creates the table the scenario writes to, in a migrated database. */
export async function createOperations(admin: Sql): Promise<void> {
  await admin.unsafe(`
    create table operations (
      id bigint generated always as identity primary key, tenant_id uuid not null, name text not null
    );
    alter table operations enable row level security;
    alter table operations force row level security;
    create policy tenant_fence on operations
      using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
    grant select, insert on operations to tidings_api;
  `);
}

/** Runs the loops and the killer for `durationMs`, then compares reports and table. */
export async function runUnderKills(pool: TenantPool, admin: Sql, durationMs: number): Promise<Tally> {
  const tally = emptyTally();
  const verdicts = new Map<string, Verdict>();
  process.on("uncaughtException", () => tally.uncaught++);
  process.on("unhandledRejection", () => tally.uncaught++);
  const until = performance.now() + durationMs;
  const loops = Array.from({ length: LOOPS }, (_, loop) => runTenants(pool, loop, until, tally, verdicts));
  await Promise.all([...loops, killBackends(admin, until, tally)]);
  tally.recovered = await recovers(pool);
  await compare(admin, verdicts, tally);
  return tally;
}

/** How many promises were broken. */
export function violations(tally: Tally): number {
  const { crossReads, partialCommits, lostCommits, ghostCommits, hangs, uncaught } = tally;
  return crossReads + partialCommits + lostCommits + ghostCommits + hangs + uncaught;
}

async function runTenants(
  pool: TenantPool,
  loop: number,
  until: number,
  tally: Tally,
  verdicts: Map<string, Verdict>,
): Promise<void> {
  for (let round = 0; performance.now() < until; round++) {
    const name = `${loop}-${round}`;
    const tenant = TENANTS[randomInt(TENANTS.length)] as string;
    tally.transactions++;
    const hang = new AbortController();
    const verdict = await Promise.race([
      attempt(pool, tenant, name, tally),
      delay(HANG_MS, "hung" as const, { signal: hang.signal }).catch(() => "hung" as const),
    ]);
    hang.abort();
    if (verdict === "hung") tally.hangs++;
    verdicts.set(name, verdict);
  }
}

async function attempt(pool: TenantPool, tenant: string, name: string, tally: Tally): Promise<Verdict> {
  try {
    await pool.withTenant(tenant, async (sql) => {
      await sql`insert into operations (tenant_id, name) values (${tenant}, ${name})`;
      await delay(randomInt(60));
      const rows = await sql<
        { tenant: string }[]
      >`select tenant_id as tenant from operations order by id desc limit 50`;
      if (rows.some((row) => row.tenant !== tenant)) tally.crossReads++;
      await delay(randomInt(20));
      await sql`insert into operations (tenant_id, name) values (${tenant}, ${name})`;
      if (Math.random() < ROLLBACK_SHARE) throw new WantedRollback();
    });
    return "committed";
  } catch (error) {
    if (error instanceof WantedRollback) return "not committed";
    tally.unavailable++;
    await delay(randomInt(30));
    // The stock pool does not say; then only the other promises are checked.
    return (error as { outcome?: string }).outcome === "not_committed" ? "not committed" : "unknown";
  }
}

async function killBackends(admin: Sql, until: number, tally: Tally): Promise<void> {
  while (performance.now() < until) {
    await delay(20 + randomInt(60));
    const killed = await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = ${KILLED_APPLICATION} and datname = current_database() order by random() limit 1
    `;
    tally.kills += killed.length;
  }
}

async function recovers(pool: TenantPool): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const answered = pool.ping().then(
      () => true,
      () => false,
    );
    if (await Promise.race([answered, delay(PING_MS, false, { ref: false })])) return true;
  }
  return false;
}

async function compare(admin: Sql, verdicts: Map<string, Verdict>, tally: Tally): Promise<void> {
  const rows = await admin<{ name: string; parts: number }[]>`
    select name, count(*)::int as parts from operations group by name
  `;
  const parts = new Map(rows.map((row) => [row.name, row.parts]));
  for (const [name, verdict] of verdicts) {
    const found = parts.get(name) ?? 0;
    if (found === 1) tally.partialCommits++;
    if (verdict === "committed" && found === 0) tally.lostCommits++;
    if (verdict === "not committed" && found > 0) tally.ghostCommits++;
  }
}

function emptyTally(): Tally {
  return {
    transactions: 0,
    kills: 0,
    unavailable: 0,
    crossReads: 0,
    partialCommits: 0,
    lostCommits: 0,
    ghostCommits: 0,
    hangs: 0,
    uncaught: 0,
    recovered: false,
  };
}
