import type { DemoChannel, Simulator } from "@tidings/sdk/testing";
import { ATTENDANCE } from "./templates.ts";

interface ConsentingUsers extends Simulator {
  subscribe(openId: string, templateId: string): void;
}

export const demo: DemoChannel<ConsentingUsers> = {
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
