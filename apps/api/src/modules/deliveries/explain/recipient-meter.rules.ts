import type { ReadyRow } from "../send/send.repository.ts";
import type { Metered } from "./explanation.rules.ts";

/** Counts the units of messages that differ from one recipient to the next. */
export interface RecipientMeter {
  /** The channels whose messages do, and cost something. */
  channelIds: readonly string[];
  unitsOf(channelId: string, row: ReadyRow): number;
}

/** Recipients of one channel in one slice whose messages are written to count their units. */
export const MAX_METERED = 200;

/** The units of so many messages, of which some recipients' were counted. */
export function countMetered(
  { unitsOf }: RecipientMeter,
  { channelId, count, rows }: { channelId: string; count: number; rows: readonly ReadyRow[] },
): Metered {
  if (rows.length === 0) return { unitCount: 0, isSampled: false };
  const counted = rows.reduce((sum, row) => sum + unitsOf(channelId, row), 0);
  return { unitCount: Math.round((counted * count) / rows.length), isSampled: rows.length < count };
}
