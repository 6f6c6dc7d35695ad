import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expandOnce,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

const MINUTES = 2;
/** A message's first slice, and what is left for a second one. */
const CROWD = 2_000 + 120;

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
});
afterEach(() => expectNothingLost(installation));
afterAll(() => installation?.stop());

const query = <Row extends object>(text: string) =>
  installation.books.transaction(({ sql }) => sql.unsafe<Row[]>(text));

/** Users of whom every tenth can be sent to, past the API. */
async function addCrowd(): Promise<void> {
  const tenant = toUuid("tenant", school.tenantId);
  await query(`insert into users (tenant_id, id, external_id, name)
    select '${tenant}', gen_random_uuid(), 'g-' || n, 'G' from generate_series(1, ${CROWD}) n`);
  await query(`insert into identities (tenant_id, id, user_id, kind, address, scope)
    select '${tenant}', gen_random_uuid(), id, 'push', external_id, 'all' from users
    where tenant_id = '${tenant}' and external_id like 'g-%0'`);
}

const spread = (audience: object) =>
  school.send(messageTo(audience, ["courier"], { rate: { overMinutes: MINUTES } }));

async function rateOf(id: string): Promise<number | null> {
  const [row] = await query<{ rate: number | null }>(
    `select rate_per_second as rate from messages where id = '${toUuid("message", id)}'`,
  );
  return row?.rate ?? null;
}

/** Makes the deliveries; answers what the rate comes to for those that can be sent. */
async function expand(id: string): Promise<number> {
  while (await expandOnce(installation));
  const { valid = 0, targeted = 0 } = (await school.message(id)).counts;
  expect(valid).toBeGreaterThan(0);
  expect(valid).toBeLessThan(targeted);
  return valid / (MINUTES * 60);
}

async function callOff(id: string): Promise<void> {
  await mustSucceed(school.source("POST", `/v1/messages/${id}/cancellation`));
}

describe("a message that is spread over time counts those only to whom something can be sent", () => {
  it("of users who are named", async () => {
    await addCrowd();
    const id = await spread(users("g-9", "g-10", "g-11", "g-20", "nobody"));
    const rate = await expand(id);
    expect(await rateOf(id)).toBeCloseTo(rate);
    expect(rate).toBeCloseTo(2 / 120);
    await callOff(id);
  });

  it("of all users, slice by slice", async () => {
    await addCrowd();
    const id = await spread({ kind: "all" });
    const rate = await expand(id);
    expect(await rateOf(id)).toBeCloseTo(rate);
    expect(rate).toBeCloseTo(CROWD / 10 / 120);
    await callOff(id);
  });

  it("of a file", async () => {
    await addCrowd();
    const file = await mustSucceed<{ id: string }>(
      school.source("POST", "/v1/audience-files?name=all.csv", undefined, {
        rawBody: ["userId", "g-10", "g-11", "g-20", "g-30", "nobody"].join("\n"),
        headers: { "content-type": "text/csv" },
      }),
    );
    const id = await spread({ kind: "file", fileId: file.id });
    const rate = await expand(id);
    expect(await rateOf(id)).toBeCloseTo(rate);
    expect(rate).toBeCloseTo(3 / 120);
    await callOff(id);
  });

  it("and is explained so", async () => {
    await addCrowd();
    const body = messageTo(users("g-10", "g-11", "g-20"), ["courier"], { rate: { overMinutes: MINUTES } });
    const { timing } = await mustSucceed<{ timing: { perSecond: number } }>(
      school.source("POST", "/v1/messages/explain", body),
    );
    expect(timing.perSecond).toBeCloseTo(2 / 120);
  });
});
