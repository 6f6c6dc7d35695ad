import { setTimeout as delay } from "node:timers/promises";
import { timePasses } from "../apps/api/test/harness/time.ts";
import type { Stage } from "./stage/stage.ts";

const LOOK_EVERY_MS = 1_000;
/** A step whose fallback waits for a failure listens for three days. */
const RECEIPTS_ARE_LATE_SECONDS = 4 * 86_400;

export interface Rest {
  /** Deliveries to be sent, chunks that are not done, questions to the vendor, messages that are being expanded. */
  open: number;
  /** Receipts that the vendor has not got rid of, or that wait for their delivery. */
  receipts: number;
  /** Messages that are not over. */
  messages: number;
}

/**
 * Waits until nothing is under way. Pauses between rounds are cut short and, once all is sent, four days pass for
 * those who wait for receipts; leases run as long as they run.
 */
export async function drain(stage: Stage, forMs: number, report: (rest: Rest) => void): Promise<Rest> {
  const endAt = performance.now() + forMs;
  while (performance.now() < endAt) {
    // The database may be on its way back.
    const rest = await hurry(stage).catch(() => undefined);
    if (rest) report(rest);
    if (rest && rest.open + rest.receipts + rest.messages === 0) return rest;
    await delay(LOOK_EVERY_MS);
  }
  return look(stage);
}

async function hurry(stage: Stage): Promise<Rest> {
  const rest = await look(stage);
  if (rest.open + rest.receipts === 0) await timePasses(stage.database, RECEIPTS_ARE_LATE_SECONDS);
  await stage.database.run(
    (sql) => sql`update chunks set due_at = now() where state = 'ready' and due_at > now()`,
  );
  // Not the first pause: until it is over, the vendor may not know of what it took.
  await stage.database.run(
    (sql) =>
      sql`update inquiries set ask_at = now() where round_count > 0 and ask_at > now() + interval '1 second'`,
  );
  return rest;
}

async function look({ database, vendor }: Stage): Promise<Rest> {
  const [row] = await database.run(
    (sql) => sql<{ open: number; receipts: number; messages: number }[]>`
      select (select count(*)::int from deliveries where state = 'ready')
          + (select count(*)::int from chunks where state <> 'done')
          + (select count(*)::int from inquiries where kind = 'outcome')
          + (select count(*)::int from messages where state = 'expanding') as open,
        (select count(*)::int from receipts where applied_at is null) as receipts,
        (select count(*)::int from messages where state in ('expanding', 'sending')) as messages`,
  );
  const { pending } = await vendor.ask<{ pending: number }>({ ask: "pending" });
  if (!row) throw new Error("the database says nothing");
  return { ...row, receipts: row.receipts + pending };
}
