import { createPage } from "@tidings/sdk/testing";
import type { MessageInbox } from "./inbox.ts";

const TEXTS = {
  zh: {
    title: "自建网关模拟器",
    subtitle: "认证通过的调用送来的消息会显示在这里",
    empty: "还没有消息。用模拟器的设置建一个 HTTP 接口通道，发一条试试。",
    DELIVERED: "送达",
    FAILED: "失败",
    NONE: "无回执",
    repeats: (count: number) => `收到 ${count} 次，已去重`,
  },
  en: {
    title: "Gateway simulator",
    subtitle: "Messages of calls that prove themselves are shown here",
    empty: "No messages yet. Make an HTTP channel with the simulator's settings and send one.",
    DELIVERED: "delivered",
    FAILED: "failed",
    NONE: "no report",
    repeats: (count: number) => `came ${count} times, kept once`,
  },
};
const TONES = { DELIVERED: "good", FAILED: "bad", NONE: undefined } as const;

/** What the gateway took, newest first. */
export const openPage = (inbox: MessageInbox) =>
  createPage({
    layout: "cards",
    texts: TEXTS,
    list: () => inbox.messages,
    describe: ({ to, at, title, text, id, ref, fate, count }, texts) => ({
      to: `→ ${to}`,
      at,
      mark: { text: texts[fate], tone: TONES[fate] },
      title,
      text,
      details: [`${id} ${ref ?? ""}`],
      notes: count > 1 ? [texts.repeats(count)] : [],
    }),
  });
