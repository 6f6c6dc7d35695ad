import type { BillingRules } from "@tidings/sdk/plugin";

/** As many units as one message is counted for; with it the dearest one still is an integer of the database. */
export const MAX_UNITS = 200;
/** The highest price of a unit, in units of its currency. */
export const MAX_PRICE = 1000;

type Values = Record<string, string | number | boolean>;

/** How many units the vendor bills for a rendered message, as the manifest says. */
export function countUnits(
  billing: BillingRules | undefined,
  settings: Values,
  content: Readonly<Record<string, string>>,
): number {
  if (!billing) return 1;
  const { fields, count, single, multi, added } = billing;
  const setting = added?.setting === undefined ? "" : String(settings[added.setting] ?? "");
  const texts = [setting, ...fields.map((name) => content[name] ?? "")];
  const length = texts.reduce((sum, text) => sum + lengthOf(text, count), added?.length ?? 0);
  return length <= single ? 1 : Math.min(Math.ceil(length / multi), MAX_UNITS);
}

/** Code points are counted in place: a text is counted for every delivery. */
function lengthOf(text: string, count: BillingRules["count"]): number {
  if (count === "utf16") return text.length;
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
