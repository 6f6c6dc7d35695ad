import type { schema } from "@tidings/db";
import type { RecallResult } from "@tidings/sdk/plugin";

/**
 * A recall goes through what was sent of a message in rounds, one call of a plugin at a time, until everything has an
 * outcome and nothing of the message is under way any more: a batch that was on its way when the recall was asked for
 * is taken back in a later round.
 */
export type RecallOutcome = schema.RecallTally["outcome"];

/** Rounds of one recall. They last longer than a vendor is asked whether it got something, which is waited for. */
export const MAX_ROUNDS = 30;
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 300;

/** Seconds between round `roundCount` and the next one. */
export const pauseAfter = (roundCount: number): number =>
  Math.min(FIRST_PAUSE_SECONDS * 2 ** (roundCount - 1), LONGEST_PAUSE_SECONDS);

/** Reason codes of our own; beside them stand the vendors' codes. */
export const RECALL_REASONS = {
  notSupported: "recall_not_supported",
  windowOver: "recall_window_over",
  unanswered: "recall_unanswered",
  channelGone: "channel_gone",
} as const;

/** What became of the wish to take back one delivery. */
export interface JudgedRecall {
  /** The delivery's row key. */
  id: string;
  outcome: RecallOutcome;
  code: string | null;
  detail: string | null;
}

/** What the plugin said, by row keys; what it could not tell yet has no outcome, and is asked again in the next round. */
export function judgeRecalls(
  results: readonly RecallResult[],
  idOf: (ref: string) => string,
): JudgedRecall[] {
  return results.flatMap(({ ref, status, code, detail }) =>
    status === "unanswered"
      ? []
      : [{ id: idOf(ref), outcome: status, code: code ?? null, detail: detail ?? null }],
  );
}

/** Adds outcomes to those counted before, most frequent first. */
export function addToTally(
  tally: readonly schema.RecallTally[],
  judged: readonly Pick<JudgedRecall, "outcome" | "code">[],
): schema.RecallTally[] {
  const counts = new Map(tally.map((one) => [`${one.outcome} ${one.code}`, { ...one }]));
  for (const { outcome, code } of judged) {
    const known = counts.get(`${outcome} ${code ?? ""}`);
    if (known) known.count++;
    else counts.set(`${outcome} ${code ?? ""}`, { outcome, code: code ?? "", count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}
