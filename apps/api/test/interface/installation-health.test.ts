import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReporting } from "../../src/composition/health.ts";
import { saveLedgerRound } from "../../src/modules/deliveries/index.ts";
import {
  appointOperators,
  type Call,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

interface Health {
  ledger: {
    endedAt: string;
    isLate: boolean;
    uncountedMessages: number;
    counts: { kind: string; count: number }[];
    findings: { tenant: { id: string; code: string; name: string }; kind: string; count: number }[];
  } | null;
  backlog: { priority: number; waiting: number; underWay: number; dueSince: string | null }[];
  processes: {
    id: string;
    role: string;
    isSilent: boolean;
    queueBackend: string;
    degraded: string[];
    hung: string[];
    sandbox: object | null;
  }[];
}

let installation: Installation;
let school: School;
let call: Call;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
  await appointOperators(installation, school.emails.owner);
  call = school.owner;
});
afterAll(() => installation?.stop());

const PATH = "/v1/operator/health";
const readHealth = () => mustSucceed<Health>(call("GET", PATH));

const DAY_MS = 86_400_000;
const round = (endedAt: Date, counts: Record<string, number>) => ({
  startedAt: new Date(endedAt.getTime() - 1_000),
  endedAt,
  counts,
  findings: Object.entries(counts).map(([kind, count]) => ({ tenantId: school.tenantId, kind, count })),
  uncountedMessages: 0,
});
const save = (one: ReturnType<typeof round>) =>
  installation.foundation.worker.transaction((tx) => saveLedgerRound(tx, one));

it("is for operators of the installation alone", async () => {
  await expectProblem(await school.operator("GET", PATH), "forbidden", 403);
  await expectProblem(await school.reviewer("GET", PATH), "forbidden", 403);
  expect((await readHealth()).ledger).toBeNull();
});

describe("the ledger's last round", () => {
  it("tells what was found, of which tenants, and of no other kind more than a zero", async () => {
    await save(round(new Date(), { stranded: 2 }));
    const { ledger } = await readHealth();
    expect(ledger).toMatchObject({ isLate: false, uncountedMessages: 0 });
    expect(ledger?.counts).toContainEqual({ kind: "stranded", count: 2 });
    expect(ledger?.counts).toContainEqual({ kind: "lost_lease", count: 0 });
    expect(ledger?.findings).toEqual([
      {
        tenant: { id: school.tenantId, code: expect.any(String), name: "实验学校" },
        kind: "stranded",
        count: 2,
      },
    ]);
  });

  it("is written anew at once when something else was found, and otherwise now and then", async () => {
    const first = new Date();
    await save(round(first, { counts: 1 }));
    await save(round(new Date(first.getTime() + 2_000), { counts: 1 }));
    expect((await readHealth()).ledger?.endedAt).toBe(first.toISOString());
    const later = new Date(first.getTime() + 12_000);
    await save(round(later, { counts: 1 }));
    expect((await readHealth()).ledger?.endedAt).toBe(later.toISOString());
    await save(round(new Date(later.getTime() + 1), {}));
    expect((await readHealth()).ledger?.findings).toEqual([]);
  });

  it("is late when no round has ended for a day", async () => {
    await installation.books.transaction(
      ({ sql }) =>
        sql`update ledger_rounds set ended_at = ${new Date(Date.now() - DAY_MS - 1_000).toISOString()}`,
    );
    expect((await readHealth()).ledger?.isLate).toBe(true);
  });
});

it("counts what waits by priority, of all tenants together, and since when", async () => {
  const engine = await installation.startEngine();
  const addresses = Array.from({ length: 3 }, (_, index) => ({ address: `a-${index}` }));
  const messageId = await school.send(messageTo({ kind: "addresses", addresses }, ["courier"]));
  await school.completed(messageId);
  await engine.stop();
  expect((await readHealth()).backlog).toEqual([]);
  await installation.books.transaction(
    ({ sql }) => sql`update chunks set state = 'ready', priority = 1, due_at = '2026-01-01T00:00:00Z'`,
  );
  expect((await readHealth()).backlog).toEqual([
    { priority: 1, waiting: 3, underWay: 0, dueSince: "2026-01-01T00:00:00.000Z" },
  ]);
  await installation.books.transaction(({ sql }) => sql`update chunks set state = 'sending'`);
  expect((await readHealth()).backlog).toEqual([{ priority: 1, waiting: 0, underWay: 3, dueSince: null }]);
});

describe("a process", () => {
  it("says how it is, and is silent when it has not been heard of", async () => {
    const stop = startReporting(installation.foundation, {
      role: "worker",
      queueBackend: "postgres",
      degraded: () => ["queue"],
    });
    await until(async () => (await readHealth()).processes.length === 1);
    await stop();
    expect((await readHealth()).processes).toEqual([
      expect.objectContaining({
        role: "worker",
        queueBackend: "postgres",
        isSilent: false,
        degraded: ["queue"],
        hung: [],
        sandbox: null,
      }),
    ]);
    await installation.books.transaction(
      ({ sql }) => sql`update process_reports set reported_at = now() - interval '1 minute'`,
    );
    expect((await readHealth()).processes[0]?.isSilent).toBe(true);
  });

  it("is forgotten after a day by the next one that reports", async () => {
    await installation.books.transaction(
      ({ sql }) => sql`update process_reports set id = 'gone', reported_at = now() - interval '25 hours'`,
    );
    const stop = startReporting(installation.foundation, {
      role: "api",
      queueBackend: "redis",
      degraded: () => [],
    });
    await until(async () => (await readHealth()).processes.some(({ role }) => role === "api"));
    await stop();
    expect((await readHealth()).processes.map(({ id }) => id)).not.toContain("gone");
  });
});
