import { createPage, type Inbox } from "@tidings/sdk/testing";
import type { SimulatedNotification } from "./notification.ts";

const TEXTS = {
  zh: {
    title: "FCM 模拟器",
    subtitle: "这里收到的通知不会真的推送",
    empty: "还没有通知。用模拟器的设置建一个 App 推送通道，发一条试试。",
  },
  en: {
    title: "FCM simulator",
    subtitle: "Nothing that arrives here is really pushed",
    empty: "No notifications yet. Make an app push channel with the simulator's settings and send one.",
  },
};

/** A phone's list of notifications, newest first, whichever device they are for. */
export const openPage = (inbox: Inbox<SimulatedNotification>) =>
  createPage({
    layout: "notifications",
    texts: TEXTS,
    list: () => inbox.messages,
    describe: ({ to, at, title, body, data, priority }) => ({
      to: `…${to.slice(-20)}`,
      at,
      mark: { text: priority },
      title: title,
      text: body,
      details: Object.entries(data).map(([key, value]) => `${key}=${value}`),
    }),
  });
