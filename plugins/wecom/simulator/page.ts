import { createPage } from "@tidings/sdk/testing";
import type { NoticeInbox } from "./company.ts";

const TEXTS = {
  zh: {
    title: "企业微信模拟器",
    subtitle: "这里收到的应用消息不会真的发出",
    empty: "还没有消息。用模拟器的设置建一个企业微信通道，发一条试试。",
    arrived: "已收到",
    dropped: "超过单人上限，已丢弃",
    recalled: "已撤回",
  },
  en: {
    title: "WeCom simulator",
    subtitle: "Nothing that arrives here is really sent",
    empty: "No messages yet. Make a WeCom channel with the simulator's settings and send one.",
    arrived: "arrived",
    dropped: "dropped: above the member's limit",
    recalled: "recalled",
  },
};
const TONES = { arrived: "good", dropped: "bad", recalled: undefined } as const;

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
      isGone: state !== "arrived",
    }),
  });
