import { expect, test } from "vitest";
import type { InstallationHealth } from "#lib/api/client.ts";
import { processState, troublesOf } from "#lib/features/health/troubles.ts";

type Process = InstallationHealth["processes"][number];

const processOf = (changes: Partial<Process> = {}): Process => ({
  id: "one",
  hostName: "host",
  pid: 7,
  role: "all",
  startedAt: "2026-11-26T00:00:00.000Z",
  reportedAt: "2026-11-26T00:00:00.000Z",
  isSilent: false,
  queueBackend: "redis",
  degraded: [],
  hung: [],
  sandbox: null,
  ...changes,
});
const healthOf = (changes: Partial<InstallationHealth>): InstallationHealth => ({
  ledger: null,
  backlog: [],
  processes: [processOf()],
  ...changes,
});
const tonesOf = (health: InstallationHealth) => troublesOf(health).map(({ tone }) => tone);

test("an installation without faults has no troubles", () => {
  expect(troublesOf(healthOf({}))).toEqual([]);
});

test("books that do not agree are added up, and the worst comes first", () => {
  const ledger = {
    startedAt: "2026-11-26T00:00:00.000Z",
    endedAt: "2026-11-26T00:00:00.000Z",
    isLate: false,
    uncountedMessages: 0,
    counts: [
      { kind: "stranded" as const, count: 2 },
      { kind: "counts" as const, count: 1 },
    ],
    findings: [],
  };
  const found = troublesOf(healthOf({ ledger, processes: [processOf({ degraded: ["queue"] })] }));
  expect(found.map(({ tone }) => tone)).toEqual(["error", "warning"]);
  expect(found[0]?.text).toContain("3");
});

test("a process that is silent says nothing else that counts", () => {
  const silent = processOf({ isSilent: true, hung: ["ledger"] });
  expect(processState(silent)).toBe("silent");
  expect(tonesOf(healthOf({ processes: [processOf(), silent] }))).toEqual(["warning"]);
});

test("nobody who speaks is the worst", () => {
  expect(tonesOf(healthOf({ processes: [] }))).toEqual(["error"]);
});
