import { recipient } from "../notice.ts";
import { readSettings, tell } from "../programs/parent.ts";
import { fillNotice } from "./fill.ts";

/** The script one would write without a platform: 500 messages a request, four requests at once, nothing kept. */
const BATCH = 500;
const AT_ONCE = 4;

const { url, users } = readSettings<{ url: string; users: number }>();
const recipients = Array.from({ length: users }, (_, index) => recipient(index + 1));

async function sendBatch(batch: typeof recipients): Promise<number> {
  const messages = batch.map((one) => ({ ref: one.id, to: one.address, ...fillNotice(one) }));
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages }),
  });
  const { results } = (await response.json()) as { results: { ok: boolean }[] };
  return results.filter(({ ok }) => ok).length;
}

let next = 0;
let sent = 0;
const startedAt = performance.now();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < recipients.length) {
      const batch = recipients.slice(next, next + BATCH);
      next += BATCH;
      const taken = await sendBatch(batch);
      sent += taken;
    }
  }),
);
tell({ sent, tookMs: performance.now() - startedAt });
process.disconnect();
