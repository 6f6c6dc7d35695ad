import type { DemoChannel } from "@tidings/sdk/testing";
import type { WechatMiniSimulator } from "./index.ts";
import { ATTENDANCE } from "./templates.ts";

export const demo: DemoChannel<WechatMiniSimulator> = {
  code: "school-program",
  name: "校园小程序",
  addressOf: (userId) => `oProgram_${userId}`,
  deadAddress: "oProgram_gone",
  welcome: (simulator, openId) => simulator.subscribe(openId, ATTENDANCE.id),
  notice: () => ({
    templateId: ATTENDANCE.id,
    data: "thing1: {{user_name}}\nthing2: {{course}}\ncharacter_string3: {{rate}}",
  }),
};
