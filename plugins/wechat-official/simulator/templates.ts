import type { VendorTemplate } from "@tidings/wechat/simulator";

/** A template of the account. */
export interface AccountTemplate extends VendorTemplate {
  /** `template`: to followers, without end. `one-time`: each consent of a user is good for one. */
  kind: "template" | "one-time";
}

const FIELDS = [
  ["事项", "thing1"],
  ["时间", "time2"],
] as const;

/** The account's templates: one of template messages, one of one-time subscription notices. */
export const TEMPLATE: AccountTemplate = {
  id: "Tpl_FollowersNotice-0000000000000000000000A",
  title: "放假通知",
  kind: "template",
  fields: FIELDS,
};
export const SUBSCRIPTION: AccountTemplate = {
  id: "Tpl_OneTimeNotice-000000000000000000000000B",
  title: "活动提醒",
  kind: "one-time",
  fields: FIELDS,
};

/** What the demo's notice is sent with. */
export const ATTENDANCE: AccountTemplate = {
  id: "Tpl_Attendance-00000000000000000000000000000C",
  title: "出勤提醒",
  kind: "template",
  fields: [
    ["学生", "thing1"],
    ["课程", "thing2"],
    ["出勤率", "character_string3"],
  ],
};

export const TEMPLATES: readonly AccountTemplate[] = [TEMPLATE, SUBSCRIPTION, ATTENDANCE];
