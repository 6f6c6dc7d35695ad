/** What a `datetime-local` field holds, read in a zone; undefined when it is no time. */
export function instantOf(local: string, zone: string): Date | undefined {
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return undefined;
  // The second look takes the offset at the instant itself: the clocks may change in between.
  const guess = wall - offsetMs(wall, zone);
  return new Date(wall - offsetMs(guess, zone));
}

/** An instant as a `datetime-local` field of that zone holds it, to the minute. */
export function localOf(instant: string | Date, zone: string): string {
  const at = new Date(instant).getTime();
  return new Date(at + offsetMs(at, zone)).toISOString().slice(0, 16);
}

/** How far the zone is ahead of UTC at an instant. */
function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
}
