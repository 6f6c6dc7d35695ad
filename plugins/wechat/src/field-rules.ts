import { lengthOf } from "@tidings/sdk/plugin";

/** What the vendor takes in a field of one type. */
export interface FieldRule {
  fits(value: string): boolean;
  /** Completes "takes …". */
  takes: string;
}

export type FieldRules = ReadonlyMap<string, FieldRule>;

const matches = (pattern: RegExp, takes: string): FieldRule => ({
  fits: (value) => pattern.test(value),
  takes,
});

const upTo = (maxLength: number, takes: string): FieldRule => ({
  fits: (value) => lengthOf(value) <= maxLength,
  takes,
});

const DAY = String.raw`\d{4}(?:年\d{1,2}月\d{1,2}日|[-/.]\d{1,2}[-/.]\d{1,2})`;
const CLOCK = String.raw`\d{1,2}:\d{2}(?::\d{2})?`;
const MOMENT = `(?:${DAY}(?: ?${CLOCK})?|${CLOCK})`;
const moments = new RegExp(`^${MOMENT}(?: ?[~～] ?${MOMENT})?$`);

const HAN = /\p{Script=Han}/u;

/** What is the same for every kind of account. */
const RULES = new Map<string, FieldRule>([
  ["thing", upTo(20, "up to 20 characters")],
  ["const", upTo(20, "up to 20 characters, of a text that the vendor has approved")],
  ["character_string", matches(/^[\x20-\x7e]{1,32}$/, "up to 32 letters, digits or signs, nothing Chinese")],
  ["number", matches(/^(?=.{1,32}$)[-+]?\d+(?:\.\d+)?$/, "a number of up to 32 digits")],
  ["letter", matches(/^[A-Za-z]{1,32}$/, "up to 32 letters")],
  ["symbol", matches(/^[^\p{L}\p{N}\s]{1,5}$/u, "up to 5 signs")],
  ["time", matches(moments, "a time, such as 15:01 or 2019年10月1日 15:01, or two with ~ between them")],
  ["date", matches(moments, "a date, such as 2019年10月1日, or two with ~ between them")],
  ["phone_number", matches(/^[\d+\-() *#]{1,17}$/, "a telephone number of up to 17 digits and signs")],
  [
    "car_number",
    matches(
      /^(?=.{1,8}$)[\p{Script=Han}A-Za-z0-9][A-Za-z0-9]*[\p{Script=Han}A-Za-z0-9]?$/u,
      "up to 8 characters, Chinese ones first and last only",
    ),
  ],
  [
    "name",
    {
      fits: (value) => !/\d/.test(value) && lengthOf(value) <= (HAN.test(value) ? 10 : 20),
      takes: "up to 10 characters with Chinese ones among them, up to 20 without, and no digits",
    },
  ],
  ["phrase", matches(/^\p{Script=Han}{1,5}$/u, "up to 5 Chinese characters")],
]);

/**
 * By the type that a field's name begins with. A field of a type that is not here is the vendor's to judge. Of
 * amounts the vendor takes more digits for some kinds of accounts than for others.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
 */
export function createFieldRules({ maxAmountDigits }: { maxAmountDigits: number }): FieldRules {
  const amount = matches(
    new RegExp(`^\\p{Sc}?\\d{1,${maxAmountDigits}}(?:\\.\\d+)?元?$`, "u"),
    `an amount of up to ${maxAmountDigits} digits, such as ¥100.5 or 100元`,
  );
  return new Map([...RULES, ["amount", amount]]);
}

/** The type of a field, without its number: `thing` of `thing1`. */
export const typeOf = (key: string): string => key.replace(/\d+$/, "");
