/*
 * Wall clocks and instants. `Intl` knows the zones; it only answers what a wall clock shows at an instant, so the way
 * back is found from there.
 */

const formats = new Map<string, Intl.DateTimeFormat>();
const DAY_MS = 86_400_000;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, format);
  return format;
}

/** What a wall clock in the zone shows, as if it were UTC; milliseconds of Unix time. */
function wallClockMs(instantMs: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(instantMs);
  const read = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  const seconds = Date.UTC(
    read("year"),
    read("month") - 1,
    read("day"),
    read("hour"),
    read("minute"),
    read("second"),
  );
  return seconds + (((instantMs % 1000) + 1000) % 1000);
}

/** The day (`2027-06-30`) and the milliseconds since its midnight that a wall clock in the zone shows. */
export function toWallClock(instant: Date, timeZone: string): { on: string; timeOfDayMs: number } {
  const wallMs = wallClockMs(instant.getTime(), timeZone);
  const timeOfDayMs = ((wallMs % DAY_MS) + DAY_MS) % DAY_MS;
  return { on: new Date(wallMs).toISOString().slice(0, 10), timeOfDayMs };
}

/**
 * The instant at which a wall clock in the zone shows this time. Where clocks are put back it is shown twice, and the
 * first one counts; where they are put forward it is never shown, and it is as long after the change as it would have
 * been without one: 02:30 becomes 03:30.
 */
export function toInstant(on: string, timeOfDayMs: number, timeZone: string): Date {
  const wallMs = Date.parse(`${on}T00:00:00.000Z`) + timeOfDayMs;
  // The offsets in force a day before and a day after: a zone changes its clock at most once in between.
  const offsets = [-DAY_MS, DAY_MS].map((aside) => {
    const instantMs = wallMs + aside;
    return wallClockMs(instantMs, timeZone) - instantMs;
  });
  const candidates = offsets.map((offset) => wallMs - offset);
  const shown = candidates.filter((instantMs) => wallClockMs(instantMs, timeZone) === wallMs);
  return new Date(shown.length > 0 ? Math.min(...shown) : (candidates[0] ?? wallMs));
}
