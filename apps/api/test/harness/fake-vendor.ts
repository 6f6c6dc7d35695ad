import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "./patience.ts";

/** One call that reached the vendor. */
export interface VendorCall {
  path: string;
  /** What it asks to be sent: our deliveries' ids. */
  refs: string[];
  batchRef: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
  /** Milliseconds of `performance.now()`. */
  arrivedAt: number;
}

/** An answer; `cut` closes the connection instead. */
export type VendorAnswer = { status: number; body?: string } | "cut";

export interface FakeVendor {
  url: string;
  endpoint: string;
  calls: VendorCall[];
  /** How often each delivery was carried out. */
  effects: Map<string, number>;
  /** Decides about calls that come from now on; what answers 2xx, 5xx or `cut` counts as carried out. */
  answer(decide: (call: VendorCall) => VendorAnswer): void;
  /** From now on calls are carried out, and answered only after `open()`. */
  hold(): Gate;
  /** Milliseconds between carrying out and answering. */
  slowness(ms: number): void;
  /** Forgets what arrived, and answers everything with 200 again. */
  reset(): void;
  close(): Promise<void>;
}

export interface Gate {
  /** Resolves when that many calls wait behind the gate. */
  arrived(count: number): Promise<void>;
  open(): void;
}

interface HeldGate {
  waiting: number;
  opened: Promise<void>;
}

async function waitAtGate(gate: HeldGate | undefined): Promise<void> {
  if (!gate) return;
  gate.waiting++;
  await gate.opened;
}

const OK: VendorAnswer = { status: 200, body: "{}" };

/** A vendor that does as it is told: speaks the test plugins' forms at their names, and webhooks at `/hook`. */
export async function startFakeVendor(): Promise<FakeVendor> {
  const calls: VendorCall[] = [];
  const effects = new Map<string, number>();
  let decide: (call: VendorCall) => VendorAnswer = () => OK;
  let gate: HeldGate | undefined;
  let openGate = () => {};
  let slownessMs = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request);
    calls.push(call);
    const answer = decide(call);
    if (isSending(call) && isCarriedOut(answer))
      for (const ref of call.refs) effects.set(ref, (effects.get(ref) ?? 0) + 1);
    await waitAtGate(gate);
    if (slownessMs > 0) await new Promise((resolve) => setTimeout(resolve, slownessMs));
    if (answer === "cut") return void request.socket.destroy();
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body ?? "{}");
  }

  const server = createServer((request, response) => void handle(request, response).catch(() => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${endpoint}`,
    endpoint,
    calls,
    effects,
    answer: (next) => {
      decide = next;
    },
    hold() {
      let open = () => {};
      const held = { waiting: 0, opened: new Promise<void>((resolve) => (open = resolve)) };
      gate = held;
      openGate = () => {
        if (gate === held) gate = undefined;
        open();
      };
      return {
        arrived: (count) => until(() => held.waiting >= count).then(() => {}),
        open: openGate,
      };
    },
    slowness: (ms) => {
      slownessMs = ms;
    },
    reset() {
      calls.length = 0;
      effects.clear();
      decide = () => OK;
      slownessMs = 0;
      openGate();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The telegraph also asks about what was sent, and takes it back. */
const isSending = ({ path }: VendorCall) => !/\/(query|recall)$/.test(path);

/** A server error, or a cut connection, may come after the vendor has acted. Here it always does. */
const isCarriedOut = (answer: VendorAnswer) =>
  answer === "cut" || answer.status < 300 || answer.status >= 500;

async function readCall(request: IncomingMessage): Promise<VendorCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("utf8");
  const content = JSON.parse(body) as { type?: string; batchRef?: string; items?: { ref: string }[] };
  const webhookId = String(request.headers["webhook-id"] ?? "");
  const refs = content.items?.map(({ ref }) => ref) ?? (content.type === "message" ? [webhookId] : []);
  const path = request.url ?? "/";
  return {
    path,
    refs,
    batchRef: content.batchRef,
    headers: request.headers,
    body,
    arrivedAt: performance.now(),
  };
}
