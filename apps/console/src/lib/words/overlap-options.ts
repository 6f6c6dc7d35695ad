import { m } from "#messages";
import { formatDuration } from "../format/durations.ts";
import type { Option } from "../ui/form/option.ts";

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

export const DEFAULT_OVERLAP = String(DAY_SECONDS);

/** How long what is replaced works on, in seconds. `noneText` says what becomes of those who still use it otherwise. */
export function overlapOptions(noneText: string): Option[] {
  return [HOUR_SECONDS, DAY_SECONDS, 7 * DAY_SECONDS, 0].map((seconds) => ({
    value: String(seconds),
    label: seconds === 0 ? m.sources_overlap_none() : formatDuration(seconds),
    description: seconds === 0 ? noneText : undefined,
  }));
}
