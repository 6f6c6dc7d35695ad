/**
 * When a version that is tried is kept.
 *
 * A trial gives the new version 5 % of the batches, then 25 %, then all; what becomes of deliveries is counted for both
 * versions over the whole trial. At any time the new one goes back when a kind of failure is clearly more frequent with
 * it than with the old one. A share that has shown enough deliveries, or has lasted long enough, is followed by the next;
 * after the last the new version stays. So a trial ends within eighteen hours whatever is sent.
 */
export const TRIAL_SHARES = [5, 25, 100] as const;
export type TrialShare = (typeof TRIAL_SHARES)[number];

/** How deliveries fail, by who has to act. */
export const FAILURES = ["rejected", "config", "transient", "unknown"] as const;
export type Failure = (typeof FAILURES)[number];

/** Deliveries of one version by what its batches came to. */
export type TrialCounts = Record<"accepted" | Failure, number>;

export const NO_COUNTS: TrialCounts = { accepted: 0, rejected: 0, config: 0, transient: 0, unknown: 0 };

export interface Trial {
  /** Percent of the batches that the new version gets. */
  share: number;
  /** Since it gets this share. */
  ageMs: number;
  old: TrialCounts;
  new: TrialCounts;
  /** Nobody may run the new version any more. */
  isBlocked: boolean;
}

export type Verdict =
  | { kind: "go_on" }
  | { kind: "raise"; share: TrialShare }
  | { kind: "keep" }
  | { kind: "go_back"; because: Failure | "blocked" };

/** Deliveries of the new version, over the trial, after which the next share follows. */
const ENOUGH: Record<TrialShare, number> = { 5: 50, 25: 200, 100: 500 };
const LONGEST_SHARE_MS = 6 * 3_600_000;

/** With fewer deliveries nothing is said. */
export const LEAST_DELIVERIES = 20;
/** Rates that are closer are the same to everybody who is not a statistician. */
const LEAST_DIFFERENCE = 0.05;
/** Standard errors: by chance alone one comparison in a thousand is beyond. */
const LEAST_DEVIATION = 3;
/** Where nothing is known of the old version. */
const RATE_WITHOUT_COMPARISON = 0.5;

export const totalOf = (counts: TrialCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export function judgeTrial(trial: Trial): Verdict {
  if (trial.isBlocked) return { kind: "go_back", because: "blocked" };
  const worse = FAILURES.find((failure) => isClearlyWorse(trial, failure));
  if (worse) return { kind: "go_back", because: worse };
  const share = TRIAL_SHARES.find((one) => one >= trial.share) ?? 100;
  const isOver = totalOf(trial.new) >= ENOUGH[share] || trial.ageMs >= LONGEST_SHARE_MS;
  if (!isOver) return { kind: "go_on" };
  const next = TRIAL_SHARES.find((one) => one > trial.share);
  return next ? { kind: "raise", share: next } : { kind: "keep" };
}

function isClearlyWorse(trial: Trial, failure: Failure): boolean {
  const [newTotal, oldTotal] = [totalOf(trial.new), totalOf(trial.old)];
  if (newTotal < LEAST_DELIVERIES) return false;
  const newRate = trial.new[failure] / newTotal;
  if (oldTotal < LEAST_DELIVERIES) return newRate >= RATE_WITHOUT_COMPARISON;
  const difference = newRate - trial.old[failure] / oldTotal;
  const rate = (trial.new[failure] + trial.old[failure]) / (newTotal + oldTotal);
  const error = Math.sqrt(rate * (1 - rate) * (1 / newTotal + 1 / oldTotal));
  // At a rate of all or nothing the error is 0, and then so is the difference.
  return difference >= LEAST_DIFFERENCE && difference >= LEAST_DEVIATION * error;
}
