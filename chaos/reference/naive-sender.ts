/**
 * What people write first: read the list, send, mark afterwards; when something goes wrong, try again. Killed between
 * sending and marking it sends twice, and so it does when the answer is lost. The checker has to see that.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { readSettings } from "../programs/parent.ts";

export interface NaiveSettings {
  listFile: string;
  doneFile: string;
  url: string;
}

const AT_ONCE = 8;
const PATIENCE_MS = 2_000;

const { listFile, doneFile, url } = readSettings<NaiveSettings>();
const done = new Set(existsSync(doneFile) ? readFileSync(doneFile, "utf8").split("\n") : []);
const list = readFileSync(listFile, "utf8").split("\n").filter(Boolean);
const waiting = list.filter((to) => !done.has(to));

async function send(to: string): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    body: JSON.stringify({ messages: [{ ref: `naive-${to}`, to, mark: "naive" }] }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  appendFileSync(doneFile, `${to}\n`);
}

async function work(): Promise<void> {
  for (let to = waiting.shift(); to !== undefined; to = waiting.shift()) {
    const again = to;
    await send(again).catch(() => waiting.push(again));
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
process.send?.({ isDone: true });
process.disconnect?.();
