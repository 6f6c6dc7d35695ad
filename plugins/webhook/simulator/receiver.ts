import { randomBytes } from "node:crypto";
import { FaultPlan, readJsonObject, type SimulatedMessage } from "@tidings/sdk/testing";

const INBOX_LIMIT = 10_000;
const GONE_RECIPIENT = "gone";
/** Reads everything at once: what it got cannot be taken back. */
const FAST_RECIPIENT = "reader";

export interface ReceivedMessage extends SimulatedMessage {
  ref: string;
  title: string;
  variables: Record<string, unknown>;
  /** How often it came; the repeats were recognised by their id. */
  count: number;
  /** The sender took it back. */
  isRecalled: boolean;
}

export interface ReceiverAnswer {
  status: 200 | 400 | 401 | 404 | 409 | 410 | 429;
  body: Record<string, string | boolean>;
  headers?: Record<string, string>;
}

/** A system of the tenant's own: keeps messages, drops repeats, and misbehaves when told to. */
export class Receiver {
  readonly faults = new FaultPlan();
  readonly secret = `whsec_${randomBytes(24).toString("base64")}`;
  readonly #messages = new Map<string, ReceivedMessage>();

  get messages(): ReceivedMessage[] {
    return [...this.#messages.values()];
  }

  /** Takes a genuine request. */
  take(webhookId: string, body: string, now: number): ReceiverAnswer {
    const content = readJsonObject(body);
    if (content?.type === "ping") return { status: 200, body: { message: "pong" } };
    if (content?.type === "message.recalled") return this.#recall(String(content.id));
    if (content?.type !== "message" || typeof content.to !== "string" || typeof content.text !== "string") {
      return { status: 400, body: { message: "unknown form" } };
    }
    if (content.to === GONE_RECIPIENT) return { status: 404, body: { message: "no such user here" } };
    this.#keep(webhookId, content, now);
    return { status: 200, body: { message: "ok" } };
  }

  #recall(ref: string): ReceiverAnswer {
    const message = this.#messages.get(ref);
    if (!message) return { status: 404, body: { message: "no such message here" } };
    if (message.to === FAST_RECIPIENT) return { status: 409, body: { message: "it was read already" } };
    message.isRecalled = true;
    return { status: 200, body: { recalled: true } };
  }

  #keep(webhookId: string, content: Record<string, unknown>, now: number): void {
    const known = this.#messages.get(webhookId);
    if (known) {
      known.count += 1;
      return;
    }
    this.#messages.set(webhookId, {
      ref: webhookId,
      to: String(content.to),
      title: String(content.title ?? ""),
      text: String(content.text),
      variables: (content.variables ?? {}) as Record<string, unknown>,
      at: now,
      count: 1,
      isRecalled: false,
    });
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > INBOX_LIMIT && oldest !== undefined) this.#messages.delete(oldest);
  }
}
