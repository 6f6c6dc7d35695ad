import type { OutboundMessage, PlanInput } from "@tidings/sdk/plugin";

export const SETTINGS = { endpoint: "https://dysmsapi.aliyuncs.com", signName: "知行学校" };

/** The n-th of a series of messages, all with the same text unless variables are given. */
export function makeMessage(index: number, change: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: `138${11_111_000 + index}`,
    content: { templateCode: "SMS_100003", text: "【通知】明天放假" },
    variables: { content: "明天放假" },
    ...change,
  };
}

export function makeBatch(messages: OutboundMessage[], change: Partial<PlanInput> = {}): PlanInput {
  return { batchRef: "bat_1", messages, settings: SETTINGS, now: 1_735_787_045_000, seed: "5eed", ...change };
}
