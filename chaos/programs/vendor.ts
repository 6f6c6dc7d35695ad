import { fsyncSync, openSync, writeSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { ChannelName, VendorEntry } from "../checker/facts.ts";
import { Random } from "../random.ts";
import { obey, readSettings, tell } from "./parent.ts";
import { chooseFault, isRefused, type VendorFault } from "./vendor-faults.ts";
import { ReceiptPusher } from "./vendor-receipts.ts";

export interface VendorSettings {
  logFile: string;
  seed: number;
  /** Share of the calls that meet a fault. */
  faultShare: number;
}

/**
 * A vendor with a log. What it takes is written and synced before it answers, so the log survives everything, and is
 * what the checker believes. `POST /<tenant>/<channel>` takes a batch; the channel `keyed` drops refs it has seen, and
 * `POST /<tenant>/queryable/query` tells which refs it has taken.
 */
const settings = readSettings<VendorSettings>();
const random = new Random(settings.seed);
const log = openSync(settings.logFile, "a");
const seen = new Set<string>();
let faultShare = settings.faultShare;
let isWritten = true;

function write(entries: VendorEntry[]): void {
  if (entries.length === 0) return;
  writeSync(log, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  isWritten = false;
}

/** One sync for all calls of a moment: the answer waits for it, as a database's group commit does. */
function sync(): void {
  if (isWritten) return;
  fsyncSync(log);
  isWritten = true;
}

const receipts = new ReceiptPusher(random, (entries) => {
  write(entries);
  sync();
});

interface Message {
  ref: string;
  to: string;
  mark: string;
}

function take(path: string, channel: ChannelName, messages: Message[]): void {
  const sent = messages.filter(({ to }) => !isRefused(channel, to));
  const fresh = sent.filter(({ ref }) => channel !== "keyed" || !seen.has(ref));
  write(sent.map((one) => ({ kind: fresh.includes(one) ? "taken" : "repeat", channel, ...one })));
  sync();
  for (const { ref } of fresh) seen.add(ref);
  receipts.schedule(
    path,
    channel,
    fresh.map(({ ref }) => ref),
  );
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "";
  const [, , channel, question] = path.split("/") as [string, string, ChannelName, string?];
  const body = await readBody(request);
  const fault: VendorFault = random.next() < faultShare ? chooseFault(random) : "none";
  if (fault === "throttled") return reply(response, 429, {});
  if (fault === "error-before") return reply(response, 500, {});
  if (fault === "cut-before") return void request.socket.destroy();
  if (question) return reply(response, 200, { known: knownOf(body) });
  const { messages } = JSON.parse(body) as { messages: Message[] };
  await delay(random.between(5, 40));
  take(path, channel, messages);
  if (fault === "error-after") return reply(response, 500, {});
  if (fault === "cut-after") return void request.socket.destroy();
  if (fault === "slow") await delay(random.between(500, 4_000));
  const results = messages.map(({ ref, to }) => ({ ref, ok: !isRefused(channel, to) }));
  reply(response, 200, { results });
}

const knownOf = (body: string): string[] =>
  (JSON.parse(body) as { refs: string[] }).refs.filter((ref) => seen.has(ref));

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

obey((order) => {
  if (order.receiptsUrls) receipts.open(order.receiptsUrls as Record<string, string>);
  if (typeof order.faultShare === "number") faultShare = order.faultShare;
  return order.ask === "pending" ? { pending: receipts.pending() } : undefined;
});

const server = createServer((request, response) => {
  serve(request, response).catch(() => request.socket.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  tell({ port: typeof address === "object" && address ? address.port : 0 });
});
