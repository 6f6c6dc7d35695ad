import type { LocalizedText } from "./json.ts";

/**
 * What the vendor bills by where one message may cost as much as several: a long text is cut into units. Without it a
 * message is one unit. It serves estimates, and what a result does not say in `units`.
 */
export interface BillingRules {
  /** What one unit is called: the tenant's price is for one of these. */
  unit: LocalizedText;
  /** The fields of `content` whose text is counted, all together. */
  fields: string[];
  /** What their length is counted in: UTF-16 code units, of which an emoji has two or more, or Unicode code points. */
  count: "utf16" | "code_points";
  /** The longest text that is one unit, 1 to 10,000. */
  single: number;
  /** How much of a longer text is one unit, 1 to 10,000 and no more than `single`. */
  multi: number;
  /** What the vendor adds to the text and counts: so many characters, and those of a setting that is no secret. */
  added?: { length: number; setting?: string };
}
