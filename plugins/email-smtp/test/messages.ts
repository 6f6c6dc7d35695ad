import type { NativeOpenInput, OutboundMessage, PlanInput } from "@tidings/sdk/plugin";
import type { Simulator } from "@tidings/sdk/testing";

/** The channel's own. */
export const KEY = "5eed".repeat(16);

export function makeMail(index: number, change: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ref: `dlv_${index}`,
    address: `user${index}@example.com`,
    content: { subject: "放假通知", text: `第 ${index} 位同学，明天放假。` },
    variables: {},
    ...change,
  };
}

export function makeBatch(messages: OutboundMessage[]): PlanInput {
  return { batchRef: "bat_1", messages, settings: {}, now: Date.UTC(2025, 0, 2, 3, 4, 5), seed: "5eed" };
}

export function openInput(
  simulator: Simulator,
  change: Record<string, string | number> = {},
): NativeOpenInput {
  const { password, ...settings } = { ...simulator.settings, ...change };
  return {
    settings,
    secrets: { password: String(password) },
    key: KEY,
    limits: { concurrency: 4, timeoutMs: 2000 },
    resolve: async (host) => host,
  };
}
