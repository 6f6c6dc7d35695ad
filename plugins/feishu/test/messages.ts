import type { OutboundMessage, PlanInput } from "@tidings/sdk/plugin";

export const SETTINGS = { endpoint: "https://open.feishu.cn", appId: "cli_example0123456" };

/** The n-th of a series of messages, all with the same text unless a content is given. */
export function makeMessage(index: number, change: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: `ou_2024${String(index).padStart(4, "0")}`,
    content: { text: "明天放假" },
    variables: {},
    ...change,
  };
}

export function makeMessages(count: number, change: Partial<OutboundMessage> = {}): OutboundMessage[] {
  return Array.from({ length: count }, (_, index) => makeMessage(index, change));
}

export function makeBatch(messages: OutboundMessage[], change: Partial<PlanInput> = {}): PlanInput {
  return { batchRef: "bat_1", messages, settings: SETTINGS, now: 1_735_787_045_000, seed: "5eed", ...change };
}
