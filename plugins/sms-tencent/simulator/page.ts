import { createPage, type Inbox } from "@tidings/sdk/testing";
import type { SimulatedSms } from "./account.ts";

const TEXTS = {
  zh: {
    title: "腾讯云短信模拟器",
    subtitle: "这里收到的短信不会真的发出",
    empty: "还没有短信。用模拟器的设置建一个短信通道，发一条试试。",
    delivered: "送达",
    undelivered: "失败",
    none: "无回执",
  },
  en: {
    title: "Tencent Cloud SMS simulator",
    subtitle: "Nothing that arrives here is really sent",
    empty: "No messages yet. Make an SMS channel with the simulator's settings and send one.",
    delivered: "delivered",
    undelivered: "failed",
    none: "no report",
  },
};
const TONES = { delivered: "good", undelivered: "bad", none: undefined } as const;

/** A phone's list of text messages, newest first. */
export const openPage = (inbox: Inbox<SimulatedSms>) =>
  createPage({
    layout: "phone",
    texts: TEXTS,
    list: () => inbox.messages,
    describe: ({ to, at, text, report }, texts) => ({
      to,
      at,
      text,
      mark: { text: texts[report], tone: TONES[report] },
    }),
  });
