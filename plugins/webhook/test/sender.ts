import { createHmac } from "node:crypto";
import type { OutboundMessage, PlanInput, PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, fetchAnswer } from "@tidings/sdk/testing";

/** The sender's side of Standard Webhooks: the headers to add to a request. */
export function signWebhook(request: PlannedRequest, secret: string, timestampSeconds: number) {
  const id = request.idempotencyKey ?? "";
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key)
    .update([id, timestampSeconds, request.body].join("."))
    .digest("base64");
  return {
    ...request.headers,
    "webhook-id": id,
    "webhook-timestamp": String(timestampSeconds),
    "webhook-signature": `v1,${signature}`,
  };
}

/** A host in small: signs a request, sends it and tells answers from faults of the transport. */
export function makeSender(secret: unknown, timeoutMs = 2000, clockMs = () => Date.now()) {
  return async (request: PlannedRequest): Promise<Answer> => {
    const headers = signWebhook(request, String(secret), Math.floor(clockMs() / 1000));
    return fetchAnswer({ ...request, headers }, timeoutMs);
  };
}

export const SETTINGS = { url: "https://hooks.example.com/tidings" };

export function makeMessage(index: number): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: `user-${index}`,
    content: { title: "放假通知", text: `王同学${index}，明天放假` },
    variables: { name: `王同学${index}` },
  };
}

export function makeBatch(messages: OutboundMessage[], change: Partial<PlanInput> = {}): PlanInput {
  return { batchRef: "bat_1", messages, settings: SETTINGS, now: 1_735_787_045_000, seed: "5eed", ...change };
}
