import type { ListingState } from "../listings/listing.rules.ts";

export const VERDICTS = ["approved", "refused"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Operators who have to approve a version. */
export const neededApprovals = (policy: { fourEyes: boolean }): number => (policy.fourEyes ? 2 : 1);

/** The state of a version in review after all verdicts on it; each is another operator's. */
export function stateAfter(
  verdicts: readonly Verdict[],
  policy: { fourEyes: boolean },
): Extract<ListingState, "in_review" | "listed" | "refused"> {
  if (verdicts.includes("refused")) return "refused";
  return verdicts.length >= neededApprovals(policy) ? "listed" : "in_review";
}
