/** Languages of the console and of what the platform itself writes. */
export const LOCALES = ["zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];

/** Area names and `UTC`; bare offsets know nothing of daylight saving and are refused. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

/** The database's names of three letters. */
const SHORT_NAMES = new Set([
  "CET",
  "EET",
  "EST",
  "GMT",
  "HST",
  "MET",
  "MST",
  "PRC",
  "ROC",
  "ROK",
  "UCT",
  "UTC",
  "WET",
]);

/** What `Intl` knows beside the database: PostgreSQL does not know `CTT`, and takes `IST` for another zone. */
const isOfIntlAlone = (name: string): boolean =>
  (name.length === 3 && !SHORT_NAMES.has(name.toUpperCase())) || /^SystemV\//i.test(name);

/** Whether the name is in the IANA time zone database. */
export function isTimeZone(name: string): boolean {
  if (!ZONE_NAME.test(name) || isOfIntlAlone(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The calendar day in the time zone, `YYYY-MM-DD`. */
export function localDay(at: Date, timeZone: string): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone }).format(at);
}
