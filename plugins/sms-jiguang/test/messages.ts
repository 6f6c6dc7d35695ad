import type { OutboundMessage, PlanInput } from "@tidings/sdk/plugin";

export const SETTINGS = {
  endpoint: "https://api.sms.jpush.cn",
  appKey: "7d431e42dfa6a6d693ac2d04",
  signId: 17,
};

/** The n-th of a series of messages, all of the same template. */
export function makeMessage(index: number, change: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: `+86138${11_111_000 + index}`,
    content: { tempId: "1003", text: "通知：明天放假" },
    variables: { content: "明天放假" },
    ...change,
  };
}

export function makeBatch(messages: OutboundMessage[], change: Partial<PlanInput> = {}): PlanInput {
  return { batchRef: "bat_1", messages, settings: SETTINGS, now: 1_735_787_045_000, seed: "5eed", ...change };
}
