import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { expandNext } from "../../src/modules/deliveries/expand/expand-next.ts";
import { isNamed } from "../../src/modules/deliveries/index.ts";
import {
  expandOnce,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";
import { givenTelegraph } from "./telegraph.ts";

const PUPILS = ["u-1", "u-2", "u-3"];
const MOST_AT_ONCE = 20_000;

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
  await school.addUsers(
    PUPILS.map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
  );
});
afterEach(() => expectNothingLost(installation));
afterAll(() => installation?.stop());

const send = (rest: object = {}, audience: object = users(...PUPILS)) =>
  school.send(messageTo(audience, ["courier"], rest));
const stateOf = async (id: string) => (await school.message(id)).state;
const order = (verb: "cancellation" | "pause" | "resumption", id: string) =>
  mustSucceed(school.source("POST", `/v1/messages/${id}/${verb}`));
const changeRate = (id: string, rate: object | null, as = school.source) =>
  mustSucceed(as("PATCH", `/v1/messages/${id}`, { rate }));
const query = <Row extends object>(text: string) =>
  installation.books.transaction(({ sql }) => sql.unsafe<Row[]>(text));

async function perSecondOf(id: string): Promise<number | null> {
  const [row] = await query<{ per_second: number | null }>(
    `select rate_per_second as per_second from messages where id = '${toUuid("message", id)}'`,
  );
  return row?.per_second ?? null;
}

async function expandAll(): Promise<void> {
  while (await expandOnce(installation));
}

/** Runs an engine until the messages are over. */
async function finish(...ids: string[]): Promise<void> {
  const engine = await installation.startEngine();
  await Promise.all(ids.map((id) => school.completed(id)));
  await engine.stop();
}

const sentCounts = () => [...installation.vendor.effects.values()];

describe("messages that name their recipients", () => {
  it.each([
    { who: "users", audience: users(...PUPILS), rest: {}, named: true },
    {
      who: "addresses",
      audience: { kind: "addresses", addresses: [{ address: "d-1" }] },
      rest: {},
      named: true,
    },
    { who: "users at a rate", audience: users(...PUPILS), rest: { rate: { perSecond: 5 } }, named: true },
    { who: "users over time", audience: users(...PUPILS), rest: { rate: { overMinutes: 5 } }, named: false },
    { who: "users, once", audience: users(...PUPILS), rest: { deduplicateSeconds: 60 }, named: false },
    { who: "everybody", audience: { kind: "all" }, rest: {}, named: false },
  ])("$who: are they made together?", async ({ audience, rest, named }) => {
    const id = await send(rest, audience);
    const [row] = await query<Parameters<typeof isNamed>[0] & { inDatabase: boolean }>(
      `select is_named as "inDatabase", audience, options, rate, rate_per_second as "ratePerSecond"
      from messages where id = '${toUuid("message", id)}'`,
    );
    expect(row && [isNamed(row), row.inDatabase]).toEqual([named, named]);
    await order("cancellation", id);
  });

  it("are not begun where they are made when their time is over", async () => {
    const id = await send();
    await query(
      `update messages set expires_at = now(), wake_at = now() where id = '${toUuid("message", id)}'`,
    );
    const letThrough = vi.fn(() => true);
    await expandOnce(installation, { letThrough });
    expect(letThrough).not.toHaveBeenCalled();
    const states = await query<{ state: string }>("select state from chunks where state <> 'done'");
    expect(states).toEqual([{ state: "ready" }]);
    const engine = await installation.startEngine();
    await until(async () => (await stateOf(id)) === "expired");
    await engine.stop();
    expect(sentCounts()).toEqual([]);
  });

  it("are expanded also where no plugin reaches users under their own ids", async () => {
    const { foundation } = installation;
    const readRestraints: typeof foundation.readRestraints = async (...of) => ({
      ...(await foundation.readRestraints(...of)),
      userKinds: [],
    });
    const id = await send();
    await expandOnce({ foundation: { ...foundation, readRestraints } });
    expect(await school.deliveriesOf(id)).toHaveLength(PUPILS.length);
    await finish(id);
    expect(sentCounts()).toEqual(PUPILS.map(() => 1));
  });

  it("are expanded in several transactions when they are many, the urgent first", async () => {
    const strangers = users(...Array.from({ length: 1000 }, (_, index) => `stranger-${index}`));
    const patient: string[] = [];
    while (patient.length < 21) patient.push(await send({ priority: 3 }, strangers));
    const urgent = await send({ priority: 1 }, strangers);
    await expandOnce(installation);
    expect(await stateOf(urgent)).toBe("completed");
    const first = await Promise.all(patient.map(stateOf));
    expect(first.filter((state) => state === "expanding")).toHaveLength(2);
    await expandAll();
    await school.allCompleted([...patient, urgent]);
    const made = await query<{ count: number }>(
      `select count(*)::int as count from deliveries where tenant_id = '${toUuid("tenant", school.tenantId)}'
        group by xmin::text order by count desc`,
    );
    expect(made.map(({ count }) => count)).toEqual([MOST_AT_ONCE, 22_000 - MOST_AT_ONCE]);
  });

  it("reach everybody, however close to what is begun as it is made", async () => {
    for (const recipients of [99, 100, 101]) {
      const addressees = Array.from({ length: recipients }, (_, index) => `${recipients}-${index}`);
      await school.addUsers(
        addressees.map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
      );
      const id = await send({}, users(...addressees));
      await finish(id);
      const { counts } = await school.message(id);
      expect(counts).toMatchObject({ targeted: recipients, submitted: recipients });
    }
  });

  it("are completed at once when nothing of them can be sent", async () => {
    const [nobody, somebody] = [await send({}, users("nobody")), await send({}, users("nobody", "u-1"))];
    await expandOnce(installation);
    expect(await school.message(nobody)).toMatchObject({
      state: "completed",
      counts: { targeted: 1, valid: 0, suppressed: 1 },
    });
    expect(await stateOf(somebody)).toBe("sending");
    await finish(somebody);
  });

  it("are held to a cap among themselves, and the critical among them are not", async () => {
    const items = [{ limit: 1, hours: 24 }];
    await mustSucceed(school.owner("PUT", "/v1/frequency-caps", { items }));
    const ids: string[] = [];
    for (const category of ["service", "critical", "service", "critical"]) {
      ids.push(await send({ category }, users("u-1")));
    }
    await expandOnce(installation);
    const states = await Promise.all(ids.map(stateOf));
    expect(states).toEqual(["sending", "sending", "completed", "sending"]);
    await finish(...ids);
    expect(sentCounts()).toEqual([1, 1, 1]);
  });

  it("are expanded once by two engines at the same moment, alone and together", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 30; index++) {
      const says = { variables: { content: `${index}` } };
      ids.push(await send(index % 3 === 0 ? { ...says, deduplicateSeconds: 3600 } : says));
    }
    await until(async () => {
      await Promise.all([expandOnce(installation), expandOnce(installation)]);
      return !(await Promise.all(ids.map(stateOf))).includes("expanding");
    });
    await finish(...ids);
    expect(sentCounts()).toEqual(Array(90).fill(1));
  });
});

describe("before its deliveries are made, a message", () => {
  it("can be cancelled, and nothing of it is made", async () => {
    const id = await send();
    await order("cancellation", id);
    await expandAll();
    expect(await school.message(id)).toMatchObject({ state: "cancelled", counts: { targeted: 0 } });
    const other = await send({}, users("u-1"));
    await finish(other);
    expect(sentCounts()).toEqual([1]);
  });

  it("can be paused, and goes on with them when it is resumed", async () => {
    const id = await send();
    await order("pause", id);
    await expandAll();
    expect(await school.message(id)).toMatchObject({
      state: "paused",
      pausedFrom: "expanding",
      counts: { targeted: 0 },
    });
    await order("resumption", id);
    await expandOnce(installation);
    expect(await stateOf(id)).toBe("sending");
    await finish(id);
    expect(sentCounts()).toEqual([1, 1, 1]);
  });

  it("can be taken back, over a channel that can", async () => {
    const telegraph = await givenTelegraph(school);
    const id = await telegraph.send("u-1");
    const path = `/v1/messages/${id}/recall`;
    expect((await school.source("POST", path)).status).toBe(202);
    expect(await stateOf(id)).toBe("cancelled");
    const engine = await installation.startEngine();
    await until(async () => (await school.owner("GET", path)).body.recalls[0]?.state === "ended");
    await engine.stop();
    expect(telegraph.calls("send")).toEqual([]);
  });

  it("gets another rate, which is worked out from its recipients", async () => {
    const id = await send();
    await changeRate(id, { overMinutes: 1 });
    await expandAll();
    expect(await perSecondOf(id)).toBeCloseTo(PUPILS.length / 60);
    await changeRate(id, null);
    await finish(id);
  });

  it("gets another rate also when it repeats deliveries", async () => {
    const first = await send({}, users("newcomer", "late"));
    await expandAll();
    await school.addUsers(
      ["newcomer", "late"].map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
    );
    const { id } = await mustSucceed<{ id: string }>(
      school.operator("POST", `/v1/messages/${first}/replay`, {}),
    );
    await changeRate(id, { overMinutes: 1 }, school.operator);
    await expandAll();
    expect(await perSecondOf(id)).toBeCloseTo(2 / 60);
    await changeRate(id, null, school.operator);
    await finish(id);
    expect(sentCounts()).toEqual([1, 1]);
  });
});

describe.each([
  ["together with others", {}],
  ["by itself", { deduplicateSeconds: 3600 }],
])("while its deliveries are made %s, a message", (_, options) => {
  /** Does something while a transaction of the expander is held up in the middle. */
  async function meanwhile(act: () => Promise<unknown>): Promise<void> {
    const underWay = await installation.books.transaction(async ({ sql }) => {
      await sql`lock table deliveries in share mode`;
      const expanding = expandOnce(installation);
      await until(async () => (await countWaiting()) === 1);
      const acting = act();
      await Promise.race([acting, until(async () => (await countWaiting()) === 2)]);
      return [expanding, acting];
    });
    await Promise.all(underWay);
  }

  async function countWaiting(): Promise<number> {
    const rows = await query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows.length;
  }

  it("can be cancelled: what was made is cancelled too", async () => {
    const id = await send(options);
    await meanwhile(() => order("cancellation", id));
    await expandAll();
    const { state, counts } = await school.message(id);
    expect(state).toBe("cancelled");
    expect(counts.cancelled).toBe(counts.targeted);
    const other = await send({}, users("u-1"));
    await finish(other);
    expect(sentCounts()).toEqual([1]);
  });

  it("can be paused: it sends nothing until it is resumed, and then to each once", async () => {
    const id = await send(options);
    await meanwhile(() => order("pause", id));
    await expandAll();
    expect(await stateOf(id)).toBe("paused");
    const other = await send({}, users("u-1"));
    await finish(other);
    expect(sentCounts()).toEqual([1]);
    await order("resumption", id);
    await finish(id);
    expect(sentCounts()).toEqual([1, 1, 1, 1]);
  });

  it("gets another rate, which it is sent at", async () => {
    const id = await send(options);
    await meanwhile(() => changeRate(id, { overMinutes: 1 }));
    await expandAll();
    expect(await stateOf(id)).toBe("sending");
    expect(await perSecondOf(id)).toBeCloseTo(PUPILS.length / 60);
    await changeRate(id, null);
    await finish(id);
  });
});

describe("with a part of its deliveries made, a message that is to be spread over another time", () => {
  const SLICE = 2_000;
  const BEHIND = 120;

  /** Users of whom every tenth can be sent to, past the API. */
  async function addCrowd(count: number): Promise<void> {
    const tenant = toUuid("tenant", school.tenantId);
    await query(`insert into users (tenant_id, id, external_id, name)
      select '${tenant}', gen_random_uuid(), 'g-' || n, 'G' from generate_series(1, ${count}) n`);
    await query(`insert into identities (tenant_id, id, user_id, kind, address, scope)
      select '${tenant}', gen_random_uuid(), id, 'push', external_id, 'all' from users
      where tenant_id = '${tenant}' and external_id like 'g-%0'`);
  }

  async function makeFirstSlice(messageId: string): Promise<void> {
    const { foundation } = installation;
    const { tenantId } = school;
    const restraints = await foundation.readRestraints(tenantId);
    const announce = () => undefined;
    await foundation.transactAsWorker({ tenantId }, (tx) =>
      expandNext(tx, { tenantId, messageId }, { restraints, halvings: 0, announce }),
    );
  }

  async function countReady(messageId: string): Promise<number> {
    const { valid = 0 } = (await school.message(messageId)).counts;
    return valid;
  }

  it.each([
    ["while it goes on", []],
    ["while it is paused", ["pause"] as const],
  ])("is spread with those that are not made yet, %s", async (_, orders) => {
    await addCrowd(SLICE + BEHIND - PUPILS.length);
    const id = await send({}, { kind: "all" });
    await makeFirstSlice(id);
    for (const one of orders) await order(one, id);
    const ready = await countReady(id);
    expect(ready).toBeGreaterThan(0);
    await changeRate(id, { overMinutes: 2 });
    expect(await perSecondOf(id)).toBeCloseTo((ready + BEHIND) / 120);
    if (orders.length > 0) await order("resumption", id);
    await expandAll();
    expect(await perSecondOf(id)).toBeCloseTo((await countReady(id)) / 120);
    await changeRate(id, null);
    await finish(id);
  });

  it("is spread with the lines of its file that are not made yet", async () => {
    const file = await mustSucceed<{ id: string }>(
      school.source("POST", "/v1/audience-files?name=all.csv", undefined, {
        rawBody: ["userId", ...PUPILS].join("\n"),
        headers: { "content-type": "text/csv" },
      }),
    );
    const id = await send({}, { kind: "file", fileId: file.id });
    await expandAll();
    // As if the first row, behind the line of names, had been a slice: a real one has 20,000.
    const halfway = "state = 'expanding', expand_cursor = '00000000-0000-0000-0000-000000000002'";
    await query(`update messages set ${halfway} where id = '${toUuid("message", id)}'`);
    await changeRate(id, { overMinutes: 1 });
    await query(`update messages set state = 'sending' where id = '${toUuid("message", id)}'`);
    expect(await perSecondOf(id)).toBeCloseTo((PUPILS.length + 2) / 60);
    await changeRate(id, null);
    await finish(id);
  });
});
