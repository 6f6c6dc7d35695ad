import type { PageWords } from "@tidings/wechat/simulator";

export const WORDS: PageWords = {
  zh: {
    title: "微信小程序模拟器",
    empty: "还没有通知。用模拟器的设置建一个小程序通道，发一条试试。",
    consents: "代用户订阅",
  },
  en: {
    title: "Mini program simulator",
    empty: "No notices yet. Make a channel with the simulator's settings and send one.",
    consents: "Subscribe for a user",
  },
};
