import type { DemoChannel } from "@tidings/sdk/testing";

export const demo: DemoChannel = {
  code: "school-wecom",
  name: "校企业微信",
  addressOf: (userId) => `s${userId}`,
  deadAddress: "s-gone",
  notice: (link) => ({
    title: "{{course}}出勤提醒",
    text: "{{user_name}}同学，您的{{course}}出勤率为{{rate}}，请及时联系辅导员。",
    url: link,
  }),
};
