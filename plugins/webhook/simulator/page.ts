import { createPage } from "@tidings/sdk/testing";
import type { Receiver } from "./receiver.ts";

const TEXTS = {
  zh: {
    title: "Webhook 接收端模拟器",
    subtitle: "签名验证通过的消息会显示在这里",
    empty: "还没有消息。用模拟器的设置建一个 Webhook 通道，发一条试试。",
    repeats: (count: number) => `收到 ${count} 次，已去重`,
    recalled: "发送方已撤回",
  },
  en: {
    title: "Webhook receiver simulator",
    subtitle: "Messages whose signature verifies are shown here",
    empty: "No messages yet. Make a webhook channel with the simulator's settings and send one.",
    repeats: (count: number) => `came ${count} times, kept once`,
    recalled: "taken back by the sender",
  },
};

/** What arrived, newest first. */
export const openPage = (receiver: Receiver) =>
  createPage({
    layout: "cards",
    texts: TEXTS,
    list: () => receiver.messages,
    describe: ({ to, at, title, text, ref, variables, count, isRecalled }, texts) => ({
      to: `→ ${to}`,
      at,
      title,
      text,
      isGone: isRecalled,
      details: [`${ref} ${JSON.stringify(variables)}`],
      notes: [...(count > 1 ? [texts.repeats(count)] : []), ...(isRecalled ? [texts.recalled] : [])],
    }),
  });
