import type { DemoChannel } from "@tidings/sdk/testing";

export const demo: DemoChannel = {
  code: "second-sms",
  name: "备用短信",
  deadAddress: "+8615213130000",
  notice: () => ({
    templateId: "1110005",
    parameters: "user_name, course, rate",
    text: "{{user_name}}同学，您的{{course}}出勤率为{{rate}}，请及时联系辅导员。",
  }),
};
