import type { DemoChannel } from "@tidings/sdk/testing";

export const demo: DemoChannel = {
  code: "school-app",
  name: "掌上校园",
  addressOf: (userId) => `190e35f7e0${userId}`,
  deadAddress: "190e35f7e02026666",
  notice: (link) => ({
    title: "{{course}}出勤提醒",
    text: "{{user_name}}同学，您的{{course}}出勤率为{{rate}}，请及时联系辅导员。",
    link,
  }),
};
