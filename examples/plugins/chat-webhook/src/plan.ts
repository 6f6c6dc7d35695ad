import type { PlanInput, PlanOutput, Settings } from "@tidings/sdk/plugin";

const json = { "content-type": "application/json" };

/** One call for each message; the address says who in the group is mentioned. */
export function plan({ messages, settings }: PlanInput): PlanOutput {
  return {
    requests: messages.map(({ ref, address, content }) => ({
      id: ref,
      refs: [ref],
      method: "POST",
      url: String(settings.webhook),
      headers: json,
      body: JSON.stringify({
        type: "text",
        text: withKeyword(join(content.title, content.text), settings),
        mentions: address === "all" ? [] : [address],
        mentionsAll: address === "all",
      }),
      auth: "robot",
    })),
  };
}

const join = (title = "", text = "") => (title ? `${title}\n${text}` : text);

/** Robots that guard themselves by a keyword drop whatever does not hold it. */
function withKeyword(text: string, { keyword }: Settings): string {
  if (!keyword || text.includes(String(keyword))) return text;
  return `${keyword}\n${text}`;
}
