/** A template of the mini program. */
export interface VendorTemplate {
  id: string;
  title: string;
  /** `one-time`: each consent of a user is good for one. `long-term`: one consent is good until it is taken back. */
  kind: "one-time" | "long-term";
  /** Names and fields, in order. */
  fields: readonly (readonly [label: string, key: string])[];
}

const FIELDS = [
  ["事项", "thing1"],
  ["时间", "time2"],
] as const;

/** The program's templates. */
export const ONE_TIME: VendorTemplate = {
  id: "Tpl_OneTimeMessage-00000000000000000000000A",
  title: "活动提醒（一次性）",
  kind: "one-time",
  fields: FIELDS,
};
export const LONG_TERM: VendorTemplate = {
  id: "Tpl_LongTermMessage-0000000000000000000000B",
  title: "放假通知（长期）",
  kind: "long-term",
  fields: FIELDS,
};

/** What the demo's notice is sent with. */
export const ATTENDANCE: VendorTemplate = {
  id: "Tpl_Attendance-00000000000000000000000000000C",
  title: "出勤提醒",
  kind: "long-term",
  fields: [
    ["学生", "thing1"],
    ["课程", "thing2"],
    ["出勤率", "character_string3"],
  ],
};

const DAY = String.raw`\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})`;
const TIME = String.raw`\d{1,2}:\d{2}(:\d{2})?`;
const POINT = `(${DAY}( ?${TIME})?|${TIME})`;
const PERIOD = new RegExp(`^${POINT}( ?[~～] ?${POINT})?$`);

/** What the vendor takes in each type of field that the simulator's templates have. */
const FORMS: Record<string, RegExp> = {
  thing: /^[^\n\r]{1,20}$/u,
  character_string: /^[\x20-\x7e]{1,32}$/,
  phrase: /^\p{Script=Han}{1,5}$/u,
  amount: /^\p{Sc}?\d{1,10}(\.\d+)?元?$/u,
  time: PERIOD,
  date: PERIOD,
};

/** A hint to the field that does not suit the template, or nothing. Fields that it has not are left aside. */
export function findFieldFault({ fields }: VendorTemplate, data: unknown): string | undefined {
  const given = typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
  for (const [, key] of fields) {
    const value = textOf(given[key]);
    if (value === "") return ` data.${key}.value is empty`;
    if (!FORMS[key.replace(/\d+$/, "")]?.test(value)) return ` data.${key}.value invalid`;
  }
  return undefined;
}

/** What a user reads. */
export function render({ title, fields }: VendorTemplate, data: unknown): string {
  const given = data as Record<string, unknown>;
  return [title, ...fields.map(([label, key]) => `${label}：${textOf(given[key])}`)].join("\n");
}

function textOf(field: unknown): string {
  const value = (field as { value?: unknown } | undefined)?.value;
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
