import { userId } from "../notice.ts";
import type { Comparison } from "../rounds.ts";
import { resetMessages } from "../scratch/database.ts";
import { countChunked, post, runReference, until } from "./sending.ts";
import { type Stage, startMeter, withServer } from "./stage.ts";

/** The expander stays a hundred chunks ahead of the senders, and no further. */
const ROWS_AHEAD = 200_000;

/** A file of user ids with a variable each, from the upload to deliveries with addresses ÷ COPY of as many rows. */
export function fanOutFileRow(stage: Stage): Comparison {
  const rows = Math.min(ROWS_AHEAD, stage.size.users);
  const file = csvOf(rows);
  return {
    name: "fan-out-file",
    title: "Upload and fan-out of a file ÷ COPY into the same table",
    unit: "rows/s",
    target: 0.35,
    async measureReference() {
      await reset(stage);
      return runReference("raw-copy.ts", { url: stage.database.url, users: rows });
    },
    async measureProduct() {
      await reset(stage);
      return withServer(stage, "expand", async (server) => {
        const readMeter = startMeter(stage, server);
        const startedAt = performance.now();
        const fileId = await upload(stage, file, rows);
        const stagedAt = performance.now();
        await post(stage, { audience: { kind: "file", fileId } });
        await until(async () => (await countChunked(stage)) >= rows);
        const endedAt = performance.now();
        await assertVariables(stage, rows);
        const note = `staged in ${Math.round(stagedAt - startedAt)} ms, joined in ${Math.round(endedAt - stagedAt)} ms`;
        return { perSecond: rows / ((endedAt - startedAt) / 1000), ...readMeter(rows), note };
      });
    },
  };
}

const csvOf = (rows: number) =>
  ["userId,order", ...Array.from({ length: rows }, (_, index) => `${userId(index + 1)},SO-${index}`)].join(
    "\r\n",
  );

async function reset({ database }: Stage): Promise<void> {
  await database.run((sql) => sql`truncate audience_files, audience_file_rows, audience_uses`);
  await resetMessages(database);
}

async function upload({ seeded, serverPort }: Stage, file: string, rows: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${serverPort}/v1/audience-files?name=bench.csv`, {
    method: "POST",
    headers: { authorization: `Bearer ${seeded.tenant.apiKey}`, "content-type": "text/csv" },
    body: file,
  });
  const { id, rowCount } = (await response.json()) as { id?: string; rowCount?: number };
  if (response.status !== 201 || !id || rowCount !== rows) {
    throw new Error(
      `void: the upload was answered with ${response.status} and ${rowCount} rows, not ${rows}`,
    );
  }
  return id;
}

async function assertVariables({ database }: Stage, rows: number): Promise<void> {
  const [found] = await database.run(
    (sql) => sql<{ count: number }[]>`
      select count(*)::int as count from deliveries
      where state = 'ready' and address is not null and variables ->> 'order' like 'SO-%'`,
  );
  if (found?.count !== rows)
    throw new Error(`void: ${found?.count} deliveries have their variables, not ${rows}`);
}
