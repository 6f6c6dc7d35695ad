import type { OutboundMessage, PlanInput } from "@tidings/sdk/plugin";

export const SETTINGS = {
  endpoint: "https://sms.tencentcloudapi.com",
  region: "ap-guangzhou",
  sdkAppId: "1400006666",
  signName: "知行学校",
};

/** The n-th of a series of messages, all with the same text unless variables are given. */
export function makeMessage(index: number, change: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: `+86138${11_111_000 + index}`,
    content: { templateId: "1110003", parameters: "content", text: "【通知】明天放假" },
    variables: { content: "明天放假" },
    ...change,
  };
}

export function makeBatch(messages: OutboundMessage[], change: Partial<PlanInput> = {}): PlanInput {
  return { batchRef: "bat_1", messages, settings: SETTINGS, now: 1_735_787_045_000, seed: "5eed", ...change };
}
