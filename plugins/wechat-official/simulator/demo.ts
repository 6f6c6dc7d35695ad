import type { DemoChannel } from "@tidings/sdk/testing";
import { ATTENDANCE } from "./templates.ts";

export const demo: DemoChannel = {
  code: "school-account",
  name: "学校公众号",
  addressOf: (userId) => `oZhixing_${userId}`,
  deadAddress: "oZhixing_gone",
  notice: (link) => ({
    templateId: ATTENDANCE.id,
    data: "thing1: {{user_name}}\nthing2: {{course}}\ncharacter_string3: {{rate}}",
    url: link,
  }),
};
