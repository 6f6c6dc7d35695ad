import type { PlanInput, PlanOutput, Settings, VerifyInput, VerifyOutput } from "@tidings/sdk/plugin";

const json = { "content-type": "application/json" };

/** One call for the whole batch: the gateway takes up to a hundred messages at once. */
export function plan({ batchRef, messages, settings }: PlanInput): PlanOutput {
  if (messages.length === 0) return { requests: [] };
  const prefix = settings.signature ? `【${settings.signature}】` : "";
  const list = messages.map(({ ref, address, content }) => ({
    ref,
    to: address,
    text: `${prefix}${content.text ?? ""}`,
  }));
  return {
    requests: [
      {
        id: batchRef,
        refs: messages.map(({ ref }) => ref),
        method: "POST",
        url: `${settings.endpoint}/messages`,
        headers: json,
        body: JSON.stringify({ messages: list, ...readSender(settings) }),
        auth: "api",
      },
    ],
  };
}

/** A call that needs the right key and sends nothing. */
export function verify({ settings }: VerifyInput): VerifyOutput {
  const url = `${settings.endpoint}/balance`;
  return { requests: [{ id: "balance", refs: [], method: "GET", url, auth: "api" }] };
}

const readSender = ({ senderId }: Settings) => (senderId ? { senderId: String(senderId) } : {});
