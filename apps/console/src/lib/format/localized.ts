import { getLocale } from "#runtime";

/** A text that the API answers in the console's languages, for example a plugin's name. */
export function localized(text: { zh: string; en: string }): string {
  return getLocale() === "zh-CN" ? text.zh : text.en;
}
