import { once } from "node:events";
import { recipient } from "../notice.ts";
import { readSettings, tell } from "../programs/parent.ts";
import { openDatabase } from "./database.ts";

/** One COPY of the same rows into the same table, as the superuser, past row-level security. */
const LINES_A_WRITE = 1000;
const ID = "00000000-0000-7000-8000-";
const uuid = (number: number) => `${ID}${String(number).padStart(12, "0")}`;

const { url, users: rows } = readSettings<{ url: string; users: number }>();
const sql = openDatabase(url, 1);
const [{ base } = { base: "0" }] = await sql<{ base: string }[]>`select nextval('delivery_ids') as base`;

const startedAt = performance.now();
const copy = await sql`
  copy deliveries (id, tenant_id, message_id, channel_id, user_id, step, state, address_origin, address) from stdin
`.writable();
for (let from = 0; from < rows; from += LINES_A_WRITE) {
  const lines: string[] = [];
  for (let index = from; index < Math.min(from + LINES_A_WRITE, rows); index++) {
    const { address } = recipient(index + 1);
    const id = BigInt(base) + BigInt(index);
    lines.push(`${id}\t${uuid(1)}\t${uuid(2)}\t${uuid(3)}\t${uuid(index)}\t0\tready\tall\t${address}\n`);
  }
  if (!copy.write(lines.join(""))) await once(copy, "drain");
}
copy.end();
await once(copy, "finish");
const tookMs = performance.now() - startedAt;
const [{ sent } = { sent: 0 }] = await sql<{ sent: number }[]>`select count(*)::int as sent from deliveries`;
tell({ sent, tookMs });
await sql.end();
process.disconnect();
