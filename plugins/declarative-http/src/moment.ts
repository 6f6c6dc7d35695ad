const LOCAL_TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?)$/;
const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;
/** Seconds have ten digits until the year 2286, milliseconds thirteen. */
const SECONDS_DIGITS = 10;

/** Reads seconds or milliseconds since 1970, or a date with time; one that names no zone is Beijing's. */
export function readMoment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{10,13}$/.test(text)) return Number(text) * (text.length === SECONDS_DIGITS ? 1000 : 1);
  const local = LOCAL_TIME.exec(text);
  const at = Date.parse(local ? `${local[1]}T${local[2]}+08:00` : WITH_ZONE.test(text) ? text : "");
  return Number.isNaN(at) ? undefined : at;
}
