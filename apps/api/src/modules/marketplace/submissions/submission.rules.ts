import { compare, gt, lt } from "semver";
import type { ListingState } from "../listings/listing.rules.ts";

/** Submissions of one publisher that may wait for their checks at once. */
export const MAX_CHECKING = 5;
/** Submissions of one publisher in 24 hours. Archives are kept for good. */
export const MAX_A_DAY = 30;

export interface KnownVersion {
  version: string;
  sha256: string;
  state: ListingState;
}

/** What a submission is, next to the versions that are known of its plugin. */
export type Standing =
  | { kind: "new" }
  /** The very same was submitted before: the answer is what became of it. */
  | { kind: "repeated" }
  /** Something else has this version, which can never change. */
  | { kind: "taken" }
  | { kind: "not_higher"; latest: string };

/** A version that was refused is taken, but stands in no other one's way. */
export function standingOf(
  submitted: { version: string; sha256: string },
  known: readonly KnownVersion[],
): Standing {
  const same = known.find(({ version }) => version === submitted.version);
  if (same) return same.sha256 === submitted.sha256 ? { kind: "repeated" } : { kind: "taken" };
  const latest = latestOf(known.filter(({ state }) => state !== "refused"));
  if (latest && !gt(submitted.version, latest.version)) {
    return { kind: "not_higher", latest: latest.version };
  }
  return { kind: "new" };
}

/** The version whose grants a new one is compared with: the highest that is, or was, listed below it. */
export function versionBefore<Known extends KnownVersion>(
  version: string,
  known: readonly Known[],
): Known | undefined {
  return latestOf(
    known.filter((one) => (one.state === "listed" || one.state === "withdrawn") && lt(one.version, version)),
  );
}

/** The highest of some versions. */
const latestOf = <Known extends KnownVersion>(known: readonly Known[]): Known | undefined =>
  known.toSorted((one, other) => compare(other.version, one.version))[0];
