import type { DemoChannel } from "@tidings/sdk/testing";

const tokenOf = (end: string) => end.padStart(64, "a");

export const demo: DemoChannel = {
  code: "apple-app",
  name: "苹果客户端",
  addressOf: tokenOf,
  deadAddress: tokenOf("6666"),
  notice: (link) => ({
    title: "{{course}}出勤提醒",
    text: "{{user_name}}同学，您的{{course}}出勤率为{{rate}}，请及时联系辅导员。",
    link,
  }),
};
