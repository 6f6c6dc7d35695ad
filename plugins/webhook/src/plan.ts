import type {
  OutboundMessage,
  PlanInput,
  PlannedRequest,
  PlanOutput,
  VerifyInput,
  VerifyOutput,
} from "@tidings/sdk/plugin";

/** One signed POST per message; the message's ref is the webhook id, by which the receiver knows a repeat. */
export function plan(input: PlanInput): PlanOutput {
  const url = String(input.settings.url);
  const timestamp = new Date(input.now).toISOString();
  return {
    requests: input.messages.map((message) => ({
      ...post(url, message.ref, { type: "message", ...readMessage(message), timestamp }),
      id: message.ref,
      refs: [message.ref],
    })),
  };
}

/** A `ping`, which a receiver checks and answers like a message, and shows to nobody. */
export function verify(input: VerifyInput): VerifyOutput {
  const id = `ping_${input.seed}`;
  const timestamp = new Date(input.now).toISOString();
  const request = post(String(input.settings.url), id, { type: "ping", id, timestamp });
  return { requests: [{ ...request, id: "ping", refs: [] }] };
}

/** A signed POST of a JSON body; the key becomes the webhook id. */
export function post(url: string, key: string, body: object): Omit<PlannedRequest, "id" | "refs"> {
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    auth: "signature",
    idempotencyKey: key,
  };
}

function readMessage({ ref, address, content, variables }: OutboundMessage) {
  return { id: ref, to: address, title: content.title ?? "", text: content.text ?? "", variables };
}
