import { type FieldRules, typeOf } from "./field-rules.ts";

/** The fields of a template, as the vendor takes them. */
export type TemplateData = Record<string, { value: string }>;

export interface ContentFault {
  code: string;
  detail: string;
}

const LINE = /^\s*([A-Za-z][A-Za-z_]{0,30}\d{0,3})\s*[:：]\s*(.*?)\s*$/;
const MAX_FIELDS = 20;
const MAX_VALUE_LENGTH = 200;

/**
 * Reads the fields, one a line: `thing1: 明天放假`. A value of several lines is refused rather than joined: its second
 * line might be read as another field.
 */
export function readData(text: string, rules: FieldRules): TemplateData | ContentFault {
  const data: TemplateData = {};
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0) return { code: "empty_data", detail: "The template's fields are empty." };
  if (lines.length > MAX_FIELDS) {
    return { code: "too_many_fields", detail: `A template has at most ${MAX_FIELDS} fields.` };
  }
  for (const [index, line] of lines.entries()) {
    const [, key = "", value = ""] = LINE.exec(line) ?? [];
    if (key === "") {
      return {
        code: "malformed_data",
        detail: `Line ${index + 1} of the fields is not like "thing1: text".`,
      };
    }
    if (Object.hasOwn(data, key)) return { code: "duplicate_field", detail: `"${key}" is there twice.` };
    const fault = findFault(key, value, rules);
    if (fault) return fault;
    data[key] = { value };
  }
  return data;
}

/** No field of a template is called `code` with a text in it: the vendor's hold objects. */
export const isFault = (value: TemplateData | ContentFault): value is ContentFault =>
  typeof value.code === "string";

/** What is wrong with a value; it is not quoted, since it may be about a person. */
function findFault(key: string, value: string, rules: FieldRules): ContentFault | undefined {
  const type = typeOf(key);
  // Of the vendor's types only this one may be empty.
  if (value === "")
    return type === "const" ? undefined : { code: "empty_field", detail: `"${key}" is empty.` };
  const rule = rules.get(type);
  if (rule)
    return rule.fits(value)
      ? undefined
      : { code: `invalid_${type}`, detail: `"${key}" takes ${rule.takes}.` };
  if (value.length <= MAX_VALUE_LENGTH) return undefined;
  return { code: "field_too_long", detail: `"${key}" takes up to ${MAX_VALUE_LENGTH} characters.` };
}
