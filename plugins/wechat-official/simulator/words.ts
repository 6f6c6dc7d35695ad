import type { PageWords } from "@tidings/wechat/simulator";

export const WORDS: PageWords = {
  zh: {
    title: "微信公众号模拟器",
    empty: "还没有通知。用模拟器的设置建一个公众号通道，发一条试试。",
    consents: "代用户订阅（一次性）",
  },
  en: {
    title: "Official account simulator",
    empty: "No notices yet. Make a channel with the simulator's settings and send one.",
    consents: "Subscribe for a user (one-time)",
  },
};
