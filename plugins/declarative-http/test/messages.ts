import type { OutboundMessage, PlanInput, Settings } from "@tidings/sdk/plugin";

export const SETTINGS: Settings = {
  url: "https://gateway.example.com/messages",
  body: '{"to":"{{address}}","title":"{{title}}","text":"{{text}}","name":"{{variables.name}}","ref":"{{ref}}"}',
  auth: "bearer",
  testUrl: "https://gateway.example.com/health",
};

export function makeMessage(index: number): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: `user-${index}`,
    content: { title: "放假通知", text: `王同学${index}，明天放假`, data: "" },
    variables: { name: `王同学${index}`, count: 3 },
  };
}

export function makeBatch(
  messages: OutboundMessage[],
  settings: Settings = SETTINGS,
  change: Partial<PlanInput> = {},
): PlanInput {
  return { batchRef: "bat_1", messages, settings, now: 1_735_787_045_000, seed: "5eed", ...change };
}
