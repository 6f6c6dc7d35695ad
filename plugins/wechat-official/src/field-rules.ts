import { createFieldRules } from "@tidings/wechat";

export const FIELD_RULES = createFieldRules({ maxAmountDigits: 12 });

/** The types that are checked. */
export const CHECKED_TYPES: readonly string[] = [...FIELD_RULES.keys()];
