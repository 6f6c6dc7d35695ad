import { toUuid } from "@tidings/db";
import type { PulseSettings } from "../programs/pulse.ts";
import type { VendorReport } from "../programs/vendor.ts";
import type { Limit } from "../rounds.ts";
import { resetMessages } from "../scratch/database.ts";
import { peakMegabytes } from "../scratch/memory.ts";
import { type Program, runProgram } from "../scratch/process.ts";
import { countChunked, measureSending, post, tagged, until, untilComplete } from "./sending.ts";
import { type Stage, withServer, withVendor } from "./stage.ts";

/** Until the server is as fast as it will be. */
const WARM_UP_MS = 10_000;
/** Until the generator of a load has its connections. */
const LEAD_IN_MS = 1_000;

/** From a request to its message's arrival at the vendor, on a server with little to do. */
export function latencyRow(stage: Stage): Limit {
  return {
    name: "latency",
    title: "POST to the vendor's door at 200 requests/s, 99th percentile",
    unit: "ms",
    target: 25,
    atMost: true,
    measure: () =>
      onStage(stage, 0, async (vendor) => {
        const apiKeys = [stage.seeded.tenant.apiKey];
        const delays = await delaysOf(stage, vendor, { apiKeys, perSecond: 200, leadInMs: WARM_UP_MS });
        return { value: percentile(delays, 0.99), note: describe(delays) };
      }),
  };
}

/** A vendor that takes its time: a broadcast waits for half a minute, and small tenants send beside it. */
export function neighbourRow(stage: Stage): Limit {
  return {
    name: "neighbour",
    title: "POST to the vendor's door for small tenants beside a large broadcast, 95th percentile",
    unit: "ms",
    target: 2_000,
    atMost: true,
    measure: () =>
      onStage(stage, 2_000, async (vendor) => {
        await post(stage, { audience: { kind: "all" } });
        await until(async () => (await vendor.ask<VendorReport>("report")).received > 0);
        const apiKeys = stage.seeded.neighbours.map(({ apiKey }) => apiKey);
        const delays = await delaysOf(stage, vendor, { apiKeys, perSecond: 20, leadInMs: LEAD_IN_MS });
        const waiting = stage.size.users - (await acceptedBy(stage, stage.seeded.tenant.tenantId));
        if (waiting < 100_000) throw new Error(`void: only ${waiting} deliveries were waiting at the end`);
        return { value: percentile(delays, 0.95), note: `${describe(delays)}, ${waiting} waiting` };
      }),
  };
}

/** How evenly tenants are served that all have more than enough waiting. */
export function fairnessRow(stage: Stage): Limit {
  return {
    name: "fairness",
    title: "Jain's index over five tenants' broadcasts when half is sent",
    unit: "index",
    target: 0.95,
    measure: async () => {
      const { neighbours } = stage.seeded;
      const total = sum(neighbours.map(({ users }) => users));
      await resetMessages(stage.database);
      await withServer(stage, "expand", async () => {
        for (const tenant of neighbours) await post(stage, { tenant, audience: { kind: "all" } });
        await until(async () => (await countChunked(stage)) === total);
      });
      return withVendor(stage, 100, () =>
        withServer(stage, "all", async () => {
          let shares: number[] = [];
          await until(async () => {
            shares = await Promise.all(neighbours.map(({ tenantId }) => acceptedBy(stage, tenantId)));
            return sum(shares) >= total / 2;
          });
          return { value: jainIndex(shares), note: `shares ${shares.join(" ")}` };
        }),
      );
    },
  };
}

const PACE = 1_000;

/** A message with a rate: the most that reached the vendor within any second ÷ the rate. */
export function pacedRow(stage: Stage): Limit {
  return {
    name: "paced",
    title: `Busiest second of a message paced at ${PACE}/s ÷ its rate`,
    unit: "× the rate",
    target: 1.1,
    atMost: true,
    measure: () =>
      onStage(stage, 0, async (vendor) => {
        const startedAt = performance.now();
        await untilComplete(
          stage,
          await post(stage, { audience: tagged("paced"), options: { rate: { perSecond: PACE } } }),
        );
        const seconds = (performance.now() - startedAt) / 1000;
        const { received, busiestSecond } = await vendor.ask<VendorReport>("report");
        if (received !== PACED_USERS) throw new Error(`void: the vendor got ${received} of ${PACED_USERS}`);
        const mean = Math.round(PACED_USERS / seconds);
        return { value: busiestSecond / PACE, note: `${mean}/s over ${seconds.toFixed(1)} s` };
      }),
  };
}

/** Users who carry the tag `paced`: ten seconds' worth. */
export const PACED_USERS = 10 * PACE;

/** The most memory that the server holds during a broadcast. */
export function memoryRow(stage: Stage): Limit {
  return {
    name: "memory",
    title: "Most memory of a server that sends a broadcast",
    unit: "MB",
    target: 300,
    atMost: true,
    rounds: 1,
    measure: () =>
      onStage(stage, 0, async (vendor, server) => {
        const { users } = stage.size;
        await measureSending(stage, server, vendor, { audience: { kind: "all" }, users });
        const value = peakMegabytes(server.pid);
        if (value === undefined) throw new Error("void: this system does not tell how much memory was used");
        return { value, note: `${users.toLocaleString("en")} deliveries` };
      }),
  };
}

async function onStage<T>(
  stage: Stage,
  vendorLatencyMs: number,
  work: (vendor: Program, server: Program) => Promise<T>,
): Promise<T> {
  await resetMessages(stage.database);
  return withVendor(stage, vendorLatencyMs, (vendor) =>
    withServer(stage, "all", (server) => work(vendor, server)),
  );
}

/** Sends at an even rate, and returns how long each message took to the vendor, ms, sorted. */
async function delaysOf(
  stage: Stage,
  vendor: Program,
  load: Pick<PulseSettings, "apiKeys" | "perSecond" | "leadInMs">,
): Promise<number[]> {
  const settings: PulseSettings = { ...load, port: stage.serverPort, forMs: stage.size.measureMs };
  const { posted } = await runProgram<{ posted: number }>("programs/pulse.ts", settings);
  let delays: number[] = [];
  await until(async () => {
    delays = (await vendor.ask<VendorReport>("report")).delaysMs;
    return delays.length >= posted;
  });
  return delays;
}

async function acceptedBy({ database }: Stage, tenantId: string): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const [row] = await database.run(
    (sql) => sql<{ count: number }[]>`
      select count(*)::int as count from deliveries where tenant_id = ${tenant} and state = 'accepted'`,
  );
  return row?.count ?? 0;
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** 1 when all are served alike, 1/n when one gets everything. */
const jainIndex = (shares: number[]) =>
  sum(shares) ** 2 / (shares.length * sum(shares.map((share) => share ** 2)));

const percentile = (sorted: number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;

const describe = (delays: number[]) =>
  `p50 ${percentile(delays, 0.5)} ms, p95 ${percentile(delays, 0.95)} ms, p99 ${percentile(delays, 0.99)} ms`;
