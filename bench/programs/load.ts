import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { userId } from "../notice.ts";
import { readSettings, tell } from "./parent.ts";

/**
 * Posts messages over keep-alive connections, one request at a time on each, as fast as the answers come. Speaks
 * HTTP/1.1 over bare sockets: the generator shares the cores with the server, so every microsecond it takes is
 * one that the server lacks.
 */
export interface LoadSettings {
  port: number;
  apiKey: string;
  connections: number;
  warmUpMs: number;
  measureMs: number;
  users: number;
}

export interface LoadReport {
  /** Good answers a second while measuring. */
  perSecond: number;
  /** Good answers in all, the warm-up's included. */
  accepted: number;
  measured: number;
  /** Answers of another status, with the first of them. */
  refused: number;
  firstRefusal?: string;
  p50Ms: number;
  p99Ms: number;
}

const settings = readSettings<LoadSettings>();
const run = Date.now().toString(36);
const latencies: number[] = [];
let requested = 0;
let accepted = 0;
let refused = 0;
let firstRefusal: string | undefined;
let isMeasuring = false;
let isOver = false;

function nextRequest(): string {
  requested++;
  const body = JSON.stringify({
    audience: { kind: "users", userIds: [userId((requested % settings.users) + 1)] },
    channels: ["bench"],
    template: "bench-notice",
    variables: {
      order: `SO-2026-${String(requested).padStart(8, "0")}`,
      carrier: "DHL Express International",
      eta: "Friday between nine and noon",
      remark: "Please leave it with the neighbours on the second floor if nobody is at home by then",
    },
    priority: 2,
  });
  return [
    "POST /v1/messages HTTP/1.1",
    `host: 127.0.0.1:${settings.port}`,
    `authorization: Bearer ${settings.apiKey}`,
    `idempotency-key: ${run}-${requested}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}

/** One connection; resolves when it has had its last answer. */
function talk(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending = "";
    let sentAt = 0;
    const send = () => {
      if (isOver) {
        socket.end();
        return resolve();
      }
      sentAt = performance.now();
      socket.write(nextRequest(), "latin1");
    };
    socket.setNoDelay(true).setEncoding("latin1");
    socket.once("connect", send);
    socket.once("error", reject);
    socket.on("data", (text: string) => {
      pending += text;
      const end = endOfAnswer(pending);
      if (end === -1) return;
      note(pending.slice(0, end), performance.now() - sentAt);
      pending = pending.slice(end);
      send();
    });
  });
}

function endOfAnswer(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head === -1) return -1;
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${text.slice(0, head)}`);
  const end = head + 4 + Number(length);
  return text.length < end ? -1 : end;
}

function note(answer: string, tookMs: number): void {
  if (!answer.startsWith("HTTP/1.1 202")) {
    refused++;
    firstRefusal ??= answer.slice(0, 2000);
    return;
  }
  accepted++;
  if (isMeasuring) latencies.push(tookMs);
}

const talks = Array.from({ length: settings.connections }, () => talk(connect(settings.port, "127.0.0.1")));
await delay(settings.warmUpMs);
isMeasuring = true;
const startedAt = performance.now();
tell({ measuring: true });
await delay(settings.measureMs);
isMeasuring = false;
isOver = true;
const seconds = (performance.now() - startedAt) / 1000;
tell({ measured: true });
await Promise.all(talks);

latencies.sort((a, b) => a - b);
const percentile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
tell({
  perSecond: latencies.length / seconds,
  accepted,
  measured: latencies.length,
  refused,
  ...(firstRefusal && { firstRefusal }),
  p50Ms: percentile(0.5),
  p99Ms: percentile(0.99),
} satisfies LoadReport);
process.disconnect();
