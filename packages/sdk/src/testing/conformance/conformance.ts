import * as followUpChecks from "./follow-up-checks.ts";
import * as manifestChecks from "./manifest-checks.ts";
import * as planChecks from "./plan-checks.ts";
import * as receiptChecks from "./receipt-checks.ts";
import * as settleChecks from "./settle-checks.ts";
import type { Check, ConformanceInput } from "./subject.ts";
import * as syncChecks from "./sync-checks.ts";
import * as vectorChecks from "./vector-checks.ts";

/** What the checks found. */
export interface ConformanceReport {
  ok: boolean;
  checks: ConformanceCheck[];
}

export interface ConformanceCheck {
  /** The name of the guarantee, for example `planIsDeterministic`. */
  name: string;
  ok: boolean;
  /** What is wrong, in sentences; at most ten. */
  problems: string[];
}

const PROBLEM_LIMIT = 10;

const CHECKS: Record<string, Check> = {
  ...manifestChecks,
  ...planChecks,
  ...settleChecks,
  ...receiptChecks,
  ...followUpChecks,
  ...syncChecks,
  ...vectorChecks,
};

/**
 * Checks that a pure plugin keeps the contract: a valid manifest, every message answered exactly once,
 * determinism, hosts and secrets, faults read without lies, receipts that survive repetition and garbage,
 * golden vectors. It calls nobody; a check that throws is a check that failed.
 *
 * @example
 * const report = checkConformance({ manifest, plugin, settings, secrets, makeMessage, vectors });
 * expect(report.checks.filter((check) => !check.ok)).toEqual([]);
 */
export function checkConformance(input: ConformanceInput): ConformanceReport {
  const checks = Object.entries(CHECKS).map(([name, check]) => runCheck(name, check, input));
  return { ok: checks.every((check) => check.ok), checks };
}

function runCheck(name: string, check: Check, input: ConformanceInput): ConformanceCheck {
  try {
    const problems = check(input).slice(0, PROBLEM_LIMIT);
    return { name, ok: problems.length === 0, problems };
  } catch (error) {
    return { name, ok: false, problems: [`throws ${error}`] };
  }
}
