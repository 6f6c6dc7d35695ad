import type { DemoChannel } from "@tidings/sdk/testing";

export const demo: DemoChannel = {
  code: "school-sms",
  name: "校园短信",
  deadAddress: "+8615213130000",
  notice: () => ({
    templateCode: "SMS_100005",
    text: "{{user_name}}同学，您的{{course}}出勤率为{{rate}}，请及时联系辅导员。",
  }),
};
