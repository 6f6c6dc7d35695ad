import type { OutboundMessage, PlanInput } from "@tidings/sdk/plugin";

export const SETTINGS = { endpoint: "https://api.weixin.qq.com", appId: "wx0123456789abcdef" };

export const TEMPLATE_ID = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc";
export const CONTENT = { templateId: TEMPLATE_ID, data: "thing1: 明天放假\ntime2: 2026年1月2日 08:00" };

/** The n-th of a series of messages, all with the same content unless one is given. */
export function makeMessage(index: number, change: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: `oMiniUser-_${String(index).padStart(18, "0")}`,
    content: CONTENT,
    variables: {},
    ...change,
  };
}

export function makeBatch(messages: OutboundMessage[], change: Partial<PlanInput> = {}): PlanInput {
  return { batchRef: "bat_1", messages, settings: SETTINGS, now: 1_735_787_045_000, seed: "5eed", ...change };
}
