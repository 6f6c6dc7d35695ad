import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { printReport } from "./report.ts";
import { measureRow, type Row, type RowResult } from "./rounds.ts";
import { acceptRow } from "./rows/accept.ts";
import { batchRow } from "./rows/batch.ts";
import { PLUGINS_DIR, type Stage, vendorUrl } from "./rows/stage.ts";
import { bundleServer } from "./scratch/bundle.ts";
import { startScratchDatabase } from "./scratch/database.ts";
import { seed } from "./scratch/seed.ts";

/** How much is measured: `quick` in a few minutes, `full` before a release. */
const SIZES = {
  quick: { users: 200_000, measureMs: 4_000, rounds: 3 },
  full: { users: 1_000_000, measureMs: 8_000, rounds: 5 },
};
const ROWS: Record<string, (stage: Stage) => Row> = { accept: acceptRow, batch: batchRow };

interface Options {
  size: (typeof SIZES)["quick"];
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
  if (!(name in SIZES) || unknown.length > 0) {
    throw new Error(`Use: npm run bench -- [quick|full] [--only ${Object.keys(ROWS).join(",")}] [--json]`);
  }
  return { size: SIZES[name as keyof typeof SIZES], rows, json: values.json };
}

async function main(): Promise<void> {
  const { size, rows, json } = readOptions();
  // With --json the standard output is the result and nothing else.
  const report = (line: string) => (json ? console.error(line) : console.log(line));
  await bundleServer();
  report("Starting a PostgreSQL server and seeding it …");
  const database = await startScratchDatabase();
  try {
    const [serverPort, vendorPort] = [await findFreePort(), await findFreePort()];
    const { users, measureMs, rounds } = size;
    const options = { pluginsDir: PLUGINS_DIR, vendorUrl: vendorUrl(vendorPort), users };
    const seeded = await seed(database, options);
    const stage: Stage = { database, seeded, serverPort, vendorPort, users, measureMs };
    const results: RowResult[] = [];
    for (const name of rows) {
      const row = ROWS[name]?.(stage);
      if (row) results.push(await measureRow(row, rounds, report));
    }
    printReport(results, { json, database: database.version });
    process.exitCode = results.every(({ ratio, target }) => ratio >= target) ? 0 : 1;
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

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
