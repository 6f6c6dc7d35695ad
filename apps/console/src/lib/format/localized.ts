import { getLocale } from "#runtime";

/** A text in the console's languages. */
export interface LocalizedText {
  zh: string;
  en: string;
}

/** A text that the API answers in the console's languages, for example a plugin's name. */
export function localized(text: LocalizedText): string {
  return getLocale() === "zh-CN" ? text.zh : text.en;
}
