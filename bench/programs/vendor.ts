import { setTimeout as delay } from "node:timers/promises";
import { createBareServer } from "./bare-http.ts";
import { answer, readSettings, tell } from "./parent.ts";

/**
 * A vendor: takes messages as JSON, a batch at `/batch` or one at `/send`, and keeps count of the refs it has seen
 * and of when they came. The bench asks `report` and `forget`.
 */
export interface VendorReport {
  received: number;
  distinct: number;
  /** Most messages that came within any one second. */
  busiestSecond: number;
  /** From the moment written into a message's title (`T` and milliseconds of Unix time) to its arrival, sorted, ms. */
  delaysMs: number[];
}

interface Message {
  ref: string;
  to: string;
  title: string;
  text: string;
}

const { port, latencyMs } = readSettings<{ port: number; latencyMs: number }>();

/** How finely arrivals are told apart where a second is slid over them, ms. */
const SLOT_MS = 50;
const SENT_AT = /T(\d{13})/;

const refs = new Set<string>();
const arrivals = new Map<number, number>();
let delaysMs: number[] = [];
let received = 0;
let calls = 0;

function take(messages: Message[]): string {
  calls++;
  received += messages.length;
  const now = Date.now();
  const slot = Math.floor(now / SLOT_MS);
  arrivals.set(slot, (arrivals.get(slot) ?? 0) + messages.length);
  const results = messages.map(({ ref, to, title, text }, index) => {
    refs.add(ref);
    const sentAt = SENT_AT.exec(title)?.[1];
    if (sentAt) delaysMs.push(now - Number(sentAt));
    return { ref, ok: to !== "" && text !== "", id: `${calls}-${index}` };
  });
  return JSON.stringify({ batchId: `batch-${calls}`, results });
}

function busiestSecond(): number {
  const slots = 1000 / SLOT_MS;
  let most = 0;
  for (const first of arrivals.keys()) {
    let count = 0;
    for (let slot = first; slot < first + slots; slot++) count += arrivals.get(slot) ?? 0;
    most = Math.max(most, count);
  }
  return most;
}

function forget(): void {
  refs.clear();
  arrivals.clear();
  delaysMs = [];
  received = 0;
}

const server = createBareServer((body) => {
  const sent = JSON.parse(body) as Message | { messages: Message[] };
  const said = take("messages" in sent ? sent.messages : [sent]);
  return latencyMs > 0 ? delay(latencyMs, said) : said;
});

answer((question) => {
  if (question === "forget") forget();
  delaysMs.sort((a, b) => a - b);
  const report: VendorReport = { received, distinct: refs.size, busiestSecond: busiestSecond(), delaysMs };
  return report;
});

server.listen(port, "127.0.0.1", () => tell({ ready: true }));
