import type { OutboundMessage, PlanInput } from "@tidings/sdk/plugin";

export const SETTINGS = {
  endpoint: "https://fcm.googleapis.com",
  tokenEndpoint: "https://oauth2.googleapis.com",
  projectId: "campus-app",
  form: "notification",
  priority: "high",
  ttlSeconds: 86_400,
};

/** A registration token with these last four characters, which decide a simulated device's fate. */
export const tokenWith = (end: string) => `dQw4w9WgXcQ:APA91b${"kZ-x_".repeat(26)}${end}`;

/** The n-th of a series of messages, all with the same content unless one is given. */
export function makeMessage(index: number, change: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: tokenWith(String(1001 + index)),
    content: { title: "放假通知", text: "明天放假" },
    variables: {},
    ...change,
  };
}

export function makeBatch(messages: OutboundMessage[], change: Partial<PlanInput> = {}): PlanInput {
  return { batchRef: "bat_1", messages, settings: SETTINGS, now: 1_735_787_045_000, seed: "5eed", ...change };
}
