import { createPage } from "@tidings/sdk/testing";
import type { Inbox } from "./inbox.ts";

const TEXTS = {
  zh: {
    title: "飞书模拟器",
    subtitle: "这里收到的应用消息不会真的发出",
    empty: "还没有消息。用模拟器的设置建一个飞书通道，发一条试试。",
    arrived: "未读",
    read: "已读",
    recalled: "已撤回",
  },
  en: {
    title: "Feishu simulator",
    subtitle: "Nothing that arrives here is really sent",
    empty: "No messages yet. Make a Feishu channel with the simulator's settings and send one.",
    arrived: "unread",
    read: "read",
    recalled: "recalled",
  },
};
const TONES = { arrived: "good", read: "good", recalled: undefined } as const;

/** What the members got, newest first. */
export const openPage = (inbox: Inbox) =>
  createPage({
    layout: "chat",
    texts: TEXTS,
    list: () => inbox.messages,
    describe: ({ to, at, text, url, msgType, state }, texts) => ({
      to: `${to} · ${msgType}`,
      at,
      mark: { text: texts[state], tone: TONES[state] },
      text,
      link: url,
      isGone: state === "recalled",
    }),
  });
