import { m } from "#messages";
import { instantOf } from "../format/zoned-time.ts";

const PAST_MEANS_NOW_MS = 10 * 60_000;
const FURTHEST_MS = 366 * 86_400_000;

/** What is wrong with a time to send at; undefined when it is fine. */
export function scheduleFault(local: string, zone: string, now = Date.now()): string | undefined {
  if (!local) return m.field_required();
  const at = instantOf(local, zone)?.getTime();
  if (at === undefined) return m.schedule_error_invalid();
  if (at < now - PAST_MEANS_NOW_MS) return m.schedule_error_past();
  return at > now + FURTHEST_MS ? m.schedule_error_far() : undefined;
}
