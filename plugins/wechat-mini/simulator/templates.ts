import type { VendorTemplate } from "@tidings/wechat/simulator";

/** A template of the mini program. */
export interface ProgramTemplate extends VendorTemplate {
  /** `one-time`: each consent of a user is good for one. `long-term`: one consent is good until it is taken back. */
  kind: "one-time" | "long-term";
}

const FIELDS = [
  ["事项", "thing1"],
  ["时间", "time2"],
] as const;

/** The program's templates. */
export const ONE_TIME: ProgramTemplate = {
  id: "Tpl_OneTimeMessage-00000000000000000000000A",
  title: "活动提醒（一次性）",
  kind: "one-time",
  fields: FIELDS,
};
export const LONG_TERM: ProgramTemplate = {
  id: "Tpl_LongTermMessage-0000000000000000000000B",
  title: "放假通知（长期）",
  kind: "long-term",
  fields: FIELDS,
};

/** What the demo's notice is sent with. */
export const ATTENDANCE: ProgramTemplate = {
  id: "Tpl_Attendance-00000000000000000000000000000C",
  title: "出勤提醒",
  kind: "long-term",
  fields: [
    ["学生", "thing1"],
    ["课程", "thing2"],
    ["出勤率", "character_string3"],
  ],
};

export const TEMPLATES: readonly ProgramTemplate[] = [ONE_TIME, LONG_TERM, ATTENDANCE];
