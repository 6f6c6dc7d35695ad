import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, listen, type Simulator, type SimulatorOptions } from "@tidings/sdk/testing";
import { Gate, type GateAuth } from "./gate.ts";
import { MessageInbox } from "./inbox.ts";
import { ReceiptPusher } from "./receipts.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

export interface GatewaySimulatorOptions extends SimulatorOptions {
  /** How callers prove themselves, default `bearer`. */
  auth?: GateAuth;
  /** What the settings describe, default `json`; the gateway takes all of them. */
  form?: "json" | "form" | "list";
  /** Waits before a refused push of receipts is repeated. */
  retryDelaysMs?: number[];
}

/** Starts a gateway as a company would run it. `options.receiptsUrl` is read at each push, so it may be set later. */
export async function startSimulator(options: GatewaySimulatorOptions = {}): Promise<Simulator> {
  const gate = new Gate(options.auth ?? "bearer");
  const inbox = new MessageInbox();
  const faults = new FaultPlan();
  const receipts = new ReceiptPusher({
    receiptsUrl: () => options.receiptsUrl,
    delayMs: options.receiptDelayMs ?? 300,
    retryDelaysMs: options.retryDelaysMs ?? [1000, 5000],
  });
  const app = createServer({ gate, inbox, faults, receipts });
  const server = createAdaptorServer({ fetch: app.fetch });
  const { origin, close } = await listen(server, options.port);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { ...describeGateway(origin, options.form ?? "json"), ...gate.settings },
    received: () => inbox.messages.map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => faults.order(fault, count),
    close: () => {
      receipts.close();
      return close();
    },
  };
}

const MESSAGE = { to: "{{address}}", title: "{{title}}", text: "{{text}}", ref: "{{ref}}" };
const LIST = { title: "{{title}}", text: "{{text}}", recipients: [{ to: "{{address}}", ref: "{{ref}}" }] };

/** The gateway's description, as an administrator would write it down from its manual. */
function describeGateway(origin: string, form: "json" | "form" | "list"): Record<string, string> {
  const call: Record<string, string> =
    form === "list"
      ? {
          url: `${origin}/messages/batch`,
          body: JSON.stringify(LIST),
          listAt: "/recipients",
          resultsAt: "/results",
        }
      : { url: `${origin}/messages`, body: JSON.stringify(MESSAGE), idempotencyHeader: "Idempotency-Key" };
  return {
    ...call,
    testUrl: `${origin}/health`,
    bodyFormat: form === "form" ? "form" : "json",
    successPointer: "/code",
    successValues: "0",
    messageIdPointer: "/id",
    codePointer: "/code",
    detailPointer: "/message",
    throttledCodes: "2001",
    configCodes: "3001",
    receiptsAt: "/receipts",
    receiptIdPointer: "/id",
    receiptStatusPointer: "/state",
    receiptTimePointer: "/at",
    deliveredValues: "DELIVERED",
    undeliveredValues: "FAILED",
    receiptReply: '{"code":0}',
  };
}
