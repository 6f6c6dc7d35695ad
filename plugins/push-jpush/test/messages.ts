import type { OutboundMessage, PlanInput } from "@tidings/sdk/plugin";

export const SETTINGS = {
  endpoint: "https://api.jpush.cn",
  reportEndpoint: "https://report.jpush.cn",
  appKey: "7d431e42dfa6a6d693ac2d04",
  audience: "registration_id",
  platforms: "all",
  timeToLiveSeconds: 86_400,
  apnsProduction: true,
  classification: "system",
  checksDelivery: true,
};

/** A registration id with these last four characters, which decide a simulated device's fate. */
export const deviceWith = (end: string) => `1507bfd3a7c568d${end}`;

/** The n-th of a series of messages, all with the same content unless one is given. */
export function makeMessage(index: number, change: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: deviceWith(String(1001 + index)),
    content: { title: "放假通知", text: "明天放假" },
    variables: {},
    ...change,
  };
}

export function makeBatch(messages: OutboundMessage[], change: Partial<PlanInput> = {}): PlanInput {
  return { batchRef: "bat_1", messages, settings: SETTINGS, now: 1_735_787_045_000, seed: "5eed", ...change };
}
