import { fromBigint } from "@tidings/db";
import { openDatabase } from "../reference/database.ts";
import { readSettings, tell } from "./parent.ts";

/** A vendor's pushes: reports every accepted delivery as delivered, a hundred a push, eight pushes at once. */
const BATCH = 100;
const AT_ONCE = 8;

const { url, databaseUrl } = readSettings<{ url: string; databaseUrl: string }>();
const sql = openDatabase(databaseUrl, 1);
const rows = await sql<{ id: string }[]>`select id from deliveries where state = 'accepted' order by id`;
await sql.end();
const refs = rows.map(({ id }) => fromBigint("dlv", id));
let next = 0;
let sent = 0;
const startedAt = performance.now();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < refs.length) {
      const batch = refs.slice(next, next + BATCH);
      next += BATCH;
      const response = await fetch(url, { method: "POST", body: JSON.stringify(batch) });
      if (response.status !== 200) throw new Error(`a push was answered with ${response.status}`);
      await response.text();
      sent += batch.length;
    }
  }),
);
tell({ sent, tookMs: performance.now() - startedAt });
process.disconnect();
