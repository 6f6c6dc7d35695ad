import { expect, it } from "vitest";
import type { SendPlan } from "../request/send-plan.ts";
import { type SendMessage, titleOf } from "./accept.rules.ts";

const plan = { template: null } as unknown as SendPlan;
const messageOf = (text: string, variables: SendMessage["variables"] = {}): SendMessage => ({
  audience: { kind: "all" },
  content: { sms: { text } },
  variables,
  priority: 2,
});

it("fills a message's own variables into its title", () => {
  const message = messageOf("{{ course }}出勤率 {{rate}}", { course: "高等数学", rate: 72 });
  expect(titleOf(plan, message)).toBe("高等数学出勤率 72");
});

it("leaves open what differs from one recipient to the next", () => {
  expect(titleOf(plan, messageOf("{{user_name}}同学", { user_name: "同学" }))).toBe("…同学");
  const typed = messageOf("{{name}}：{{fee}} {{constructor}}", { name: "家长", fee: 20 });
  const addresses = [{ address: "13800000000", variables: { fee: 30 } }];
  expect(titleOf(plan, { ...typed, audience: { kind: "addresses", addresses } })).toBe("家长：… …");
});

it("counts the filled text against the limit of a title", () => {
  const title = titleOf(plan, messageOf("{{name}}!", { name: "长".repeat(80) }));
  expect(title).toBe(`${"长".repeat(59)}…`);
});
