import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { printReport, type VoidRow } from "./report.ts";
import { isReached, measureRow, type Row, type RowResult } from "./rounds.ts";
import { acceptRow } from "./rows/accept.ts";
import { fanOutRow, receiptsRow, statisticsRow } from "./rows/database-work.ts";
import { batchRow, jobsRow, mailRow, sandboxRow, singleRow } from "./rows/end-to-end.ts";
import { fairnessRow, latencyRow, memoryRow, neighbourRow, PACED_USERS, pacedRow } from "./rows/limits.ts";
import { pluginLoadRow, pluginMemoryRow } from "./rows/sealed-plugins.ts";
import { type Size, type Stage, vendorUrl } from "./rows/stage.ts";
import { fanOutFileRow } from "./rows/uploaded.ts";
import { bundleServer, gatherPlugins, PLUGINS_DIR } from "./scratch/bundle.ts";
import { startScratchDatabase } from "./scratch/database.ts";
import { seed } from "./scratch/seed.ts";

/** How much is measured: `quick` in some minutes, `full` before a release. */
const SIZES: Record<string, Size> = {
  quick: {
    users: 200_000,
    singleUsers: 30_000,
    mailUsers: 20_000,
    jobUsers: 3_000,
    measureMs: 4_000,
    rounds: 3,
  },
  full: {
    users: 1_000_000,
    singleUsers: 150_000,
    mailUsers: 100_000,
    jobUsers: 10_000,
    measureMs: 8_000,
    rounds: 5,
  },
};
const ROWS: Record<string, (stage: Stage) => Row> = {
  accept: acceptRow,
  "fan-out": fanOutRow,
  "fan-out-file": fanOutFileRow,
  batch: batchRow,
  single: singleRow,
  mail: mailRow,
  jobs: jobsRow,
  receipts: receiptsRow,
  statistics: statisticsRow,
  latency: latencyRow,
  neighbour: neighbourRow,
  fairness: fairnessRow,
  paced: pacedRow,
  memory: memoryRow,
  sandbox: sandboxRow,
  "plugin-load": pluginLoadRow,
  "plugin-memory": pluginMemoryRow,
};

interface Options {
  size: Size;
  rows: string[];
  json: boolean;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const [name = "quick"] = positionals;
  const rows = values.only?.split(",") ?? Object.keys(ROWS);
  const unknown = rows.filter((row) => !ROWS[row]);
  const size = SIZES[name];
  if (!size || unknown.length > 0) {
    throw new Error(`Use: npm run bench -- [quick|full] [--only ${Object.keys(ROWS).join(",")}] [--json]`);
  }
  return { size, rows, json: values.json };
}

async function main(): Promise<void> {
  const { size, rows, json } = readOptions();
  // With --json the standard output is the result and nothing else.
  const report = (line: string) => (json ? console.error(line) : console.log(line));
  await Promise.all([bundleServer(), gatherPlugins()]);
  report("Starting a PostgreSQL server and seeding it …");
  const database = await startScratchDatabase();
  try {
    const [serverPort, vendorPort, mailPort] = [
      await findFreePort(),
      await findFreePort(),
      await findFreePort(),
    ];
    const { users, singleUsers, mailUsers } = size;
    const seeded = await seed(database, {
      pluginsDir: PLUGINS_DIR,
      vendorUrl: vendorUrl(vendorPort),
      mailPort,
      users,
      tags: { single: singleUsers, mail: mailUsers, paced: PACED_USERS },
    });
    const stage: Stage = { database, seeded, size, serverPort, vendorPort, mailPort };
    const results: RowResult[] = [];
    const voids: VoidRow[] = [];
    for (const name of rows) {
      const row = ROWS[name]?.(stage);
      if (!row) continue;
      // The other rows have their figures all the same.
      await measureRow(row, size.rounds, report).then(
        (result) => results.push(result),
        (error: unknown) => voids.push({ name, reason: reasonOf(error).replace(/^void: /, "") }),
      );
    }
    printReport({ results, voids, database: database.version }, { json });
    process.exitCode = voids.length === 0 && results.every(isReached) ? 0 : 1;
  } finally {
    await database.stop();
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

await main().catch((error: unknown) => {
  console.error(reasonOf(error));
  process.exitCode = 1;
});
