import type { PlanInput, PlanOutput, VerifyInput, VerifyOutput } from "@tidings/sdk/plugin";

const json = { "content-type": "application/json" };

/** One call for each message. */
export function plan({ messages, settings }: PlanInput): PlanOutput {
  return {
    requests: messages.map(({ ref, address, content }) => ({
      id: ref,
      refs: [ref],
      method: "POST",
      url: `${settings.endpoint}/messages`,
      headers: json,
      body: JSON.stringify({ ref, to: address, text: content.text ?? "" }),
      auth: "api",
    })),
  };
}

/** A call that needs the right key and sends nothing. */
export function verify({ settings }: VerifyInput): VerifyOutput {
  return {
    requests: [{ id: "account", refs: [], method: "GET", url: `${settings.endpoint}/account`, auth: "api" }],
  };
}
