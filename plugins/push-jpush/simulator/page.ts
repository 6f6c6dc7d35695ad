import { createPage } from "@tidings/sdk/testing";
import type { Inbox } from "./inbox.ts";

const TEXTS = {
  zh: {
    title: "极光推送模拟器",
    subtitle: "这里收到的通知不会真的推送",
    empty: "还没有通知。用模拟器的设置建一个 App 推送通道，发一条试试。",
    arrived: "送达",
    pending: "未送达",
    withdrawn: "已撤回",
  },
  en: {
    title: "JPush simulator",
    subtitle: "Nothing that arrives here is really pushed",
    empty: "No notifications yet. Make an app push channel with the simulator's settings and send one.",
    arrived: "arrived",
    pending: "not arrived",
    withdrawn: "withdrawn",
  },
};
const TONES = { arrived: "good", pending: undefined, withdrawn: "bad" } as const;

/** A phone's list of notifications, newest first, whichever device they are for. */
export const openPage = (inbox: Inbox) =>
  createPage({
    layout: "notifications",
    texts: TEXTS,
    list: () => inbox.notifications,
    describe: (one, texts) => {
      const state = inbox.stateOf(one, Date.now());
      return {
        to: one.to,
        at: one.at,
        mark: { text: texts[state], tone: TONES[state] },
        title: one.title,
        text: one.alert,
        isGone: state === "withdrawn",
        details: Object.entries(one.extras).map(([key, value]) => `${key}=${String(value)}`),
      };
    },
  });
