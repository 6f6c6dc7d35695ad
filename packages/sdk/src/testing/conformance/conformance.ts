import { type Fault, FaultError, fault } from "../../faults/index.ts";
import * as contentChecks from "./content-checks.ts";
import * as followUpChecks from "./follow-up-checks.ts";
import { GUARANTEES } from "./guarantees.ts";
import * as manifestChecks from "./manifest-checks.ts";
import * as merits from "./merits.ts";
import * as planChecks from "./plan-checks.ts";
import * as receiptChecks from "./receipt-checks.ts";
import type { ConformanceCheck, ConformanceReport } from "./report.ts";
import * as settleChecks from "./settle-checks.ts";
import type { Check, ConformanceInput } from "./subject.ts";
import * as syncChecks from "./sync-checks.ts";
import * as vectorChecks from "./vector-checks.ts";

const PROBLEM_LIMIT = 10;

const CHECKS: Record<string, Check> = {
  ...manifestChecks,
  ...planChecks,
  ...contentChecks,
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
 * const report = await checkConformance({ manifest, plugin, settings, secrets, makeMessage, vectors });
 * expect(report.checks.filter((check) => !check.ok)).toEqual([]);
 */
export async function checkConformance(input: ConformanceInput): Promise<ConformanceReport> {
  const checks = await runChecks(CHECKS, input);
  const found = await runChecks(merits, input);
  return { ok: checks.every((check) => check.ok), checks, merits: found };
}

async function runChecks(
  checks: Record<string, Check>,
  input: ConformanceInput,
): Promise<ConformanceCheck[]> {
  const found: ConformanceCheck[] = [];
  for (const [name, check] of Object.entries(checks)) found.push(await runCheck(name, check, input));
  return found;
}

async function runCheck(name: string, check: Check, input: ConformanceInput): Promise<ConformanceCheck> {
  const problems = await findProblems(check, input);
  const guarantee = GUARANTEES[name];
  if (!guarantee) throw new Error(`the check ${name} has no words`);
  return { name, ...guarantee, ok: problems.length === 0, problems };
}

async function findProblems(check: Check, input: ConformanceInput): Promise<Fault[]> {
  try {
    return (await check(input)).slice(0, PROBLEM_LIMIT);
  } catch (error) {
    return [error instanceof FaultError ? error.fault : fault("throws", { error: String(error) })];
  }
}
