import type { DemoChannel } from "@tidings/sdk/testing";

export const demo: DemoChannel = {
  code: "campus-gateway",
  name: "校内消息网关",
  addressOf: (userId) => `student-${userId}`,
  deadAddress: "nobody-off",
  notice: () => ({
    title: "{{course}}出勤提醒",
    text: "{{user_name}}同学，您的{{course}}出勤率为{{rate}}，请及时联系辅导员。",
  }),
};
