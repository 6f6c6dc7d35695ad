import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  type CapturedLog,
  captureLog,
  expandOnce,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  users,
} from "../harness/index.ts";

/*
 * Messages that cannot be expanded: a trigger refuses one of their deliveries. The others of the tenant, and all of the
 * other tenants, must not notice.
 */

const PUPILS = ["u-1", "u-2", "u-3"];
const FAILURE = "the deliveries of a message could not be made";

let installation: Installation;
let school: School;
let log: CapturedLog;
beforeAll(async () => {
  log = captureLog();
  installation = await startInstallation({ engine: false, logger: log.logger });
});
beforeEach(async () => {
  installation.vendor.reset();
  log.lines.length = 0;
  school = await givenSchool(installation);
  await school.addUsers(
    PUPILS.map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
  );
  await query(`create function refuse_poison() returns trigger language plpgsql as $$ begin
      if new.address = 'poison' then raise exception 'poison'; end if; return new; end $$;
    create trigger refuse_poison before insert on deliveries for each row execute function refuse_poison()`);
});
afterEach(async () => {
  await heal();
  await expectNothingLost(installation);
});
afterAll(() => installation?.stop());

const query = <Row extends object>(text: string) =>
  installation.books.transaction(({ sql }) => sql.unsafe<Row[]>(text));
const heal = () => query("drop function if exists refuse_poison cascade");

const send = (rest: object = {}, audience: object = users(...PUPILS)) =>
  school.send(messageTo(audience, ["courier"], rest));
const sendPoison = (rest: object = {}) =>
  send(
    { priority: 1, ...rest },
    { kind: "addresses", addresses: [{ address: "u-0" }, { address: "poison" }] },
  );
/** So many more messages like this one. */
async function repeat(id: string, count: number): Promise<void> {
  const [{ columns } = { columns: "" }] = await query<{ columns: string }>(
    `select string_agg(attname, ', ') as columns from pg_attribute
    where attrelid = 'messages'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
  );
  await query(`insert into messages (${columns}) select ${columns}
    from (select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid()))).*
      from messages m cross join generate_series(1, ${count}) where m.id = '${toUuid("message", id)}') repeated`);
}

interface Failing {
  state: string;
  counts: { targeted: number };
  expansionFailure: { count: number; triedAgainAt: string } | null;
}
const read = (id: string) => mustSucceed<Failing>(school.source("GET", `/v1/messages/${id}`));
const stateOf = async (id: string) => (await school.message(id)).state;
const linesOf = (level: number) =>
  log.lines.map((line) => JSON.parse(line)).filter((line) => line.msg === FAILURE && line.level === level);

/** Runs an engine until the messages are over. */
async function finish(...ids: string[]): Promise<void> {
  const engine = await installation.startEngine();
  await Promise.all(ids.map((id) => school.completed(id)));
  await engine.stop();
}
const sentCounts = () => [...installation.vendor.effects.values()];

it("a message that cannot be expanded keeps back no other of its tenant, and nobody else's", async () => {
  const poison = await sendPoison();
  const others = [await send(), await send({ deduplicateSeconds: 3600 }), await send({}, { kind: "all" })];
  const engine = await installation.startEngine();
  await school.allCompleted(others);
  const neighbours = await givenSchool(installation, "邻校");
  for (const one of [school, neighbours]) {
    const later = await one.send(messageTo(users("nobody"), ["courier"]));
    await one.completed(later);
  }
  expect(await read(poison)).toMatchObject({ state: "expanding", counts: { targeted: 0 } });
  await heal();
  await timePasses(installation, 20 * 60);
  await school.completed(poison);
  await engine.stop();
  expect(sentCounts()).toEqual(Array(3 * PUPILS.length + 2).fill(1));
});

it("a tenant whose settings cannot be read is no other tenant's trouble", async () => {
  const other = await givenSchool(installation, "邻校");
  const ofTenant = { timeZone: "Asia/Shanghai", windows: [] };
  await mustSucceed(school.owner("PUT", "/v1/quiet-hours", { ofTenant }));
  const moveTo = (zone: string) =>
    query(`update quiet_hours set of_tenant = jsonb_set(of_tenant, '{timeZone}', '"${zone}"')`);
  await moveTo("Nowhere");
  const stuck = await send();
  const theirs = await other.send(messageTo(users("nobody"), ["courier"]));
  await expandOnce(installation);
  expect([await stateOf(stuck), (await other.message(theirs)).state]).toEqual(["expanding", "completed"]);
  await moveTo("Asia/Shanghai");
  await finish(stuck);
});

it("a message that cannot be expanded does not have the others wait for the pause behind a failure", async () => {
  const poison = await sendPoison();
  const ids: string[] = [];
  // More than one round makes of messages that are expanded one by one.
  for (let index = 0; index < 25; index++) {
    ids.push(await send({ variables: { content: `${index}` }, deduplicateSeconds: 3600 }));
  }
  expect(await expandOnce(installation)).toBe(true);
  expect(await expandOnce(installation)).toBe(true);
  expect(new Set(await Promise.all(ids.map(stateOf)))).toEqual(new Set(["sending"]));
  expect(await expandOnce(installation)).toBe(false);
  await heal();
  await timePasses(installation, 3);
  await finish(poison, ...ids);
});

it("a thousand messages that cannot be expanded are stepped over, by the urgent and the large alike", async () => {
  const poisons = [await sendPoison(), await sendPoison({ deduplicateSeconds: 60 })];
  await repeat(poisons[0] ?? "", 999);
  await repeat(poisons[1] ?? "", 99);
  const others = [await send(), await send({ deduplicateSeconds: 3600 }), await send({}, { kind: "all" })];
  let rounds = 0;
  const areMade = async () => !(await Promise.all(others.map(stateOf))).includes("expanding");
  for (; !(await areMade()); rounds++) await expandOnce(installation);
  // In a round a tenant has a hundred tried by themselves, besides twenty of those that always are.
  expect(rounds).toBeLessThanOrEqual(12);
  while (await hasNotTried());

  const later = await send();
  await timePasses(installation, 20 * 60);
  const failureCount = await failures();
  await expandOnce(installation);
  expect(await stateOf(later)).toBe("sending");
  // All of them are due, and twenty have been tried.
  expect(await failures()).toBe(failureCount + 20);

  await heal();
  await timePasses(installation, 20 * 60);
  const keys = poisons.map((id) => `'${toUuid("message", id)}'`);
  await query(`update messages set state = 'cancelled' where state = 'expanding' and id not in (${keys})`);
  await finish(...poisons, ...others, later);
});

it("a message that cannot be expanded is tried again after pauses that grow, and says so to staff and operator", async () => {
  const id = await sendPoison();
  const pauses: number[] = [];
  for (let count = 1; count <= 10; count++) {
    const before = Date.now();
    await expandOnce(installation);
    const { state, expansionFailure } = await read(id);
    expect({ state, count: expansionFailure?.count }).toEqual({ state: "expanding", count });
    pauses.push((Date.parse(expansionFailure?.triedAgainAt ?? "") - before) / 1000);
    // It is not tried before its pause is over.
    expect(await expandOnce(installation)).toBe(false);
    await timePasses(installation, 20 * 60);
  }
  const bounds = [2, 6, 18, 54, 162, 486, 900, 900, 900, 900];
  for (const [index, least] of bounds.entries()) {
    expect(pauses[index]).toBeGreaterThanOrEqual(least - 0.1);
    expect(pauses[index]).toBeLessThan(least * 1.25 + 30);
  }
  expect(linesOf(WARN).map(({ failureCount }) => failureCount)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(linesOf(ERROR)).toMatchObject([
    { failureCount: 8, tenantId: school.tenantId, messageId: id },
    { failureCount: 9 },
    { failureCount: 10 },
  ]);
  expect(log.lines.join("\n")).not.toContain("u-0");
  const metrics = () => installation.foundation.metrics.registry.metrics();
  expect(await metrics()).toContain('tidings_messages_not_expanding{state="stuck"} 1');

  await heal();
  await finish(id);
  expect(sentCounts()).toEqual([1, 1]);
  expect((await read(id)).expansionFailure).toBeNull();
  expect(await metrics()).toContain('tidings_messages_not_expanding{state="stuck"} 0');
});

it("a large audience whose slice failed goes on with it, each of its users once", async () => {
  await school.addUsers([{ userId: "u-9", identities: [{ kind: "push", address: "poison" }] }]);
  const id = await send({}, { kind: "all" });
  await expandOnce(installation);
  expect((await read(id)).expansionFailure?.count).toBe(1);
  await heal();
  await timePasses(installation, 3);
  await finish(id);
  expect(sentCounts()).toEqual(Array(PUPILS.length + 1).fill(1));
});

it("a message that cannot be expanded can be cancelled, and its time to live ends it", async () => {
  const [cancelled, expired] = [await sendPoison(), await sendPoison({ ttlSeconds: 60 })];
  while (await expandOnce(installation));
  await mustSucceed(school.source("POST", `/v1/messages/${cancelled}/cancellation`));
  await timePasses(installation, 61);
  await finish(cancelled, expired);
  expect(await Promise.all([cancelled, expired].map(stateOf))).toEqual(["cancelled", "expired"]);
  expect((await read(cancelled)).expansionFailure).toBeNull();
});

const WARN = 40;
const ERROR = 50;

/** Expands on; false when all that cannot be expanded have been tried. */
async function hasNotTried(): Promise<boolean> {
  await expandOnce(installation);
  const [row] = await query(
    "select from messages where state = 'expanding' and expand_failure_count = 0 limit 1",
  );
  return row !== undefined;
}

/** How often expanding has failed, of all messages together. */
async function failures(): Promise<number> {
  const [row] = await query<{ sum: number }>("select sum(expand_failure_count)::int as sum from messages");
  return row?.sum ?? 0;
}
