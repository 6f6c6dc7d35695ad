import { createPage } from "@tidings/sdk/testing";
import type { NotificationInbox } from "./inbox.ts";

const TEXTS = {
  zh: {
    title: "APNs 模拟器",
    subtitle: "这里收到的通知不会真的推送",
    empty: "还没有通知。用模拟器的设置建一个 App 推送通道，发一条试试。",
  },
  en: {
    title: "APNs simulator",
    subtitle: "Nothing that arrives here is really pushed",
    empty: "No notifications yet. Make an app push channel with the simulator's settings and send one.",
  },
};

/** A phone's list of notifications, newest first, whichever device they are for. */
export const openPage = (inbox: NotificationInbox) =>
  createPage({
    layout: "notifications",
    texts: TEXTS,
    list: () => inbox.messages,
    describe: ({ to, at, title, subtitle, body, extras, priority, collapseId }) => ({
      to: `…${to.slice(-20)}`,
      at,
      mark: { text: priority },
      title: [title, subtitle].filter(Boolean).join("\n"),
      text: body,
      details: [
        ...Object.entries(extras).map(([key, value]) => `${key}=${String(value)}`),
        ...(collapseId ? [collapseId] : []),
      ],
    }),
  });
