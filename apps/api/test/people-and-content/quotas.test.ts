import { toUuid } from "@tidings/db";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  SAMPLES,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

const RUNS = { numRuns: 12, interruptAfterTimeLimit: 8_000 };

/** What is asked for at the same moment, moment after moment. */
const moments = fc.array(
  fc.record({ creations: fc.integer({ min: 0, max: 12 }), deletions: fc.integer({ min: 0, max: 4 }) }),
  { minLength: 1, maxLength: 4 },
);

/** The plan, as whoever runs the installation sets it; what was used today is forgotten. */
function setLimit(kind: string, limit: number): Promise<unknown> {
  const tenant = toUuid("tenant", school.tenantId);
  return installation.books.transaction(async ({ sql }) => {
    await sql`delete from quotas where tenant_id = ${tenant} and kind = ${kind} and period <> ''`;
    await sql`insert into quotas (tenant_id, kind, period, used, "limit")
      values (${tenant}, ${kind}, '', 0, ${limit})
      on conflict (tenant_id, kind, period) do update set "limit" = excluded."limit"`;
  });
}

async function usedOf(kind: string): Promise<number> {
  const { items } = await mustSucceed<{ items: { kind: string; used: number }[] }>(
    school.owner("GET", "/v1/quotas"),
  );
  return items.find((quota) => quota.kind === kind)?.used ?? 0;
}

it("never lets more be made than the quota has, and counts what is there, whoever comes and goes at once", async () => {
  let unique = 0;
  const newSource = () => SAMPLES.createSource?.(school, `q${unique++}`);
  const listSources = async () => {
    const { items } = await mustSucceed<{ items: { id: string }[] }>(
      school.owner("GET", "/v1/sources?limit=100"),
    );
    // The school's own source stays: it holds a place like the others.
    return items.filter(({ id }) => id !== school.sourceId);
  };
  const property = fc.asyncProperty(fc.integer({ min: 1, max: 8 }), moments, async (limit, sequence) => {
    for (const { id } of await listSources()) await mustSucceed(school.owner("DELETE", `/v1/sources/${id}`));
    await setLimit("sources", limit);
    for (const { creations, deletions } of sequence) {
      const before = await listSources();
      const leaving = before.slice(0, deletions);
      const [made] = await Promise.all([
        Promise.all(
          Array.from({ length: creations }, () => school.owner("POST", "/v1/sources", newSource())),
        ),
        Promise.all(leaving.map(({ id }) => mustSucceed(school.owner("DELETE", `/v1/sources/${id}`)))),
      ]);
      const taken = made.filter(({ status }) => status === 201).length;
      for (const answer of made.filter(({ status }) => status !== 201)) {
        expectProblem(answer, "quota-exceeded", 409);
      }
      const after = (await listSources()).length + 1;
      expect(after).toBe(before.length + 1 - leaving.length + taken);
      expect(after).toBeLessThanOrEqual(limit);
      expect(await usedOf("sources")).toBe(after);
      const free = limit - before.length - 1;
      expect(taken).toBeGreaterThanOrEqual(Math.min(creations, free));
      expect(taken).toBeLessThanOrEqual(Math.min(creations, free + leaving.length));
    }
  });
  await fc.assert(property, RUNS);
});

it("accepts exactly as many messages as the day's quota has, whoever sends at once", async () => {
  const senders = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(fc.integer({ min: 0, max: 40 }), senders, async (limit, sequence) => {
    await setLimit("messages_per_day", limit);
    let accepted = 0;
    for (const count of sequence) {
      const answers = await Promise.all(
        Array.from({ length: count }, () => school.trySend(messageTo(users("nobody"), ["courier"]))),
      );
      const taken = answers.filter(({ status }) => status === 202).length;
      for (const answer of answers.filter(({ status }) => status !== 202)) {
        expectProblem(answer, "quota-exceeded", 409);
      }
      expect(taken).toBe(Math.min(count, limit - accepted));
      accepted += taken;
      expect(await usedOf("messages_per_day")).toBe(accepted);
    }
  });
  await fc.assert(property, RUNS);
});
