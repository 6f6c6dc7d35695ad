import { recipient } from "../notice.ts";
import { readSettings, tell } from "../programs/parent.ts";
import { fillNotice } from "./fill.ts";

/** The script one would write for a vendor that takes one message a call: fifty calls at once, nothing kept. */
const AT_ONCE = 50;

const { url, users } = readSettings<{ url: string; users: number }>();
let next = 1;
let sent = 0;
const startedAt = performance.now();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next <= users) {
      const one = recipient(next++);
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ref: one.id, to: one.address, ...fillNotice(one) }),
      });
      await response.json();
      if (response.ok) sent++;
    }
  }),
);
tell({ sent, tookMs: performance.now() - startedAt });
process.disconnect();
