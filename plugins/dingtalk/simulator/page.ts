import { createPage } from "@tidings/sdk/testing";
import type { NoticeInbox } from "./inbox.ts";

const TEXTS = {
  zh: {
    title: "钉钉模拟器",
    subtitle: "这里收到的工作通知不会真的发出",
    empty: "还没有消息。用模拟器的设置建一个钉钉通道，发一条试试。",
    arrived: "未读",
    read: "已读",
    invalid: "没有这个成员",
    failed: "发送失败",
    dropped: "被限流，没有下发",
    recalled: "已撤回",
  },
  en: {
    title: "DingTalk simulator",
    subtitle: "Nothing that arrives here is really sent",
    empty: "No messages yet. Make a DingTalk channel with the simulator's settings and send one.",
    arrived: "unread",
    read: "read",
    invalid: "no such member",
    failed: "failed",
    dropped: "kept back by a limit",
    recalled: "recalled",
  },
};
const TONES = {
  arrived: "good",
  read: "good",
  invalid: "bad",
  failed: "bad",
  dropped: "bad",
  recalled: undefined,
} as const;

/** What the members got, newest first. */
export const openPage = (inbox: NoticeInbox) =>
  createPage({
    layout: "chat",
    texts: TEXTS,
    list: () => inbox.messages,
    describe: ({ to, at, text, url, msgtype, state }, texts) => ({
      to: `${to} · ${msgtype}`,
      at,
      mark: { text: texts[state], tone: TONES[state] },
      text,
      link: url,
      isGone: TONES[state] !== "good",
    }),
  });
