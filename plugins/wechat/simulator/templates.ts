/** A template of the account, as users see it. */
export interface VendorTemplate {
  id: string;
  title: string;
  /** Names and fields, in order. */
  fields: readonly (readonly [label: string, key: string])[];
}

const DAY = String.raw`\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})`;
const TIME = String.raw`\d{1,2}:\d{2}(:\d{2})?`;
const POINT = `(${DAY}( ?${TIME})?|${TIME})`;
const PERIOD = new RegExp(`^${POINT}( ?[~～] ?${POINT})?$`);

/** What the vendor takes in each type of field that the simulators' templates have. */
const FORMS: Record<string, RegExp> = {
  thing: /^[^\n\r]{1,20}$/u,
  character_string: /^[\x20-\x7e]{1,32}$/,
  time: PERIOD,
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
