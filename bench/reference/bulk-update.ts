import { readSettings, tell } from "../programs/parent.ts";
import { openDatabase } from "./database.ts";

/** Marks rows as delivered, 500 ids a statement, four statements at once: no HTTP, no counters, no order of states. */
const BATCH = 500;
const AT_ONCE = 4;

const { url, users } = readSettings<{ url: string; users: number }>();
const sql = openDatabase(url, AT_ONCE);
const rows = await sql<{ id: string }[]>`select id from deliveries where state = 'accepted' order by id`;
const ids = rows.map(({ id }) => id);
let next = 0;
let sent = 0;
const startedAt = performance.now();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < ids.length) {
      const batch = ids.slice(next, next + BATCH);
      next += BATCH;
      const { count } = await sql`
        update deliveries d set state = 'delivered', delivered_at = now(), changed_at = now()
        from unnest(${batch}::bigint[]) as reported(id) where d.id = reported.id`;
      sent += count;
    }
  }),
);
const tookMs = performance.now() - startedAt;
if (sent !== users) throw new Error(`void: ${sent} of ${users} rows were updated`);
tell({ sent, tookMs });
await sql.end();
process.disconnect();
