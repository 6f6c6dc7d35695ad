import { type AllowanceAbility, type OutboundMessage, type SendResult, subjectOf } from "@tidings/sdk/plugin";

/** The most messages to one recipient that are kept count of. */
export const MAX_REMAINING = 10_000;

/** What is known of a recipient's consents to one subject. */
export interface Allowance {
  remaining: number;
  /** When last everything granted before was gone; null: not as far as is known. */
  emptiedAt: Date | null;
}

/** Some more messages were allowed, or, with null, all that was allowed before is gone. */
export interface Change {
  granted: number | null;
  at: Date;
}

/**
 * What becomes of an allowance by changes that have just been heard of, in whatever order they come. `earlier` are those
 * heard of before: a withdrawal that is told late leaves what was granted after it. Vendors give whole seconds, so what
 * was granted in the second of a withdrawal counts as granted after it: one too many is refused by the vendor, one too few
 * would be missed by nobody.
 */
export function applyChanges(
  known: Allowance,
  news: readonly Change[],
  earlier: readonly Change[] = [],
): Allowance {
  const withdrawals = news.flatMap(({ granted, at }) => (granted === null ? [at.getTime()] : []));
  const knownEnd = known.emptiedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const end = Math.max(knownEnd, ...withdrawals);
  const kept = end > knownEnd ? Math.min(known.remaining, grantedSince(earlier, end)) : known.remaining;
  return {
    remaining: Math.min(kept + grantedSince(news, end), MAX_REMAINING),
    emptiedAt: Number.isFinite(end) ? new Date(end) : null,
  };
}

const grantedSince = (changes: readonly Change[], end: number): number =>
  changes.reduce((sum, { granted, at }) => (at.getTime() >= end ? sum + (granted ?? 0) : sum), 0);

/** A recipient and what they are sent. */
export interface Consent {
  address: string;
  subject: string;
}

/** What a batch has made of the consents that its messages need. */
export interface Spending {
  /** Refs of messages whose consent is used up. */
  used: string[];
  /** Refs of messages that were certainly not sent: their consent is good for another. */
  returned: string[];
  /** The vendor says that no consent is left. */
  refused: ({ ref: string } & Consent)[];
}

/** Sorts out the results of a batch. What may have been sent stays open. */
export function spendingOf(
  ability: AllowanceAbility,
  messages: readonly OutboundMessage[],
  results: ReadonlyMap<string, SendResult>,
): Spending {
  const spending: Spending = { used: [], returned: [], refused: [] };
  for (const { ref, address, content } of messages) {
    const subject = subjectOf(ability, content);
    const result = results.get(ref);
    if (subject === undefined || !result || result.status === "unknown") continue;
    if (isNoneLeft(ability, result)) spending.refused.push({ ref, address, subject });
    else if (result.status === "accepted") spending.used.push(ref);
    else spending.returned.push(ref);
  }
  return spending;
}

const isNoneLeft = ({ noneLeft }: AllowanceAbility, { status, code }: SendResult): boolean =>
  status === "rejected" && code !== undefined && noneLeft.includes(code);
