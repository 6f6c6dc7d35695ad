import { afterAll, beforeAll, expect, it } from "vitest";
import {
  CANARY,
  type Call,
  type CanarySchool,
  callAnonymously,
  expectNothingLost,
  expectProblem,
  fillPath,
  givenCanarySchool,
  givenSchool,
  type Installation,
  Listener,
  learnedAbout,
  leavingNoTrace,
  listOperations,
  messageTo,
  type Operation,
  PASSWORD,
  requiredQuery,
  SAMPLES,
  type School,
  signIn,
  startInstallation,
  timePasses,
  users,
} from "../harness/index.ts";

let installation: Installation;
let a: CanarySchool;
let b: School;
const listener = new Listener();

beforeAll(async () => {
  installation = await startInstallation();
  a = await givenCanarySchool(installation);
  b = await givenSchool(installation, "邻校");
}, 60_000);
afterAll(() => installation?.stop());

/** Signed in afresh where the operation would end or change the session. */
async function callAs(who: "owner" | "source", school: School, operation: Operation): Promise<Call> {
  const isOfSession = who === "owner" && operation.path.startsWith("/v1/session");
  return listener.listen(
    isOfSession ? await signIn(installation, school.emails.owner, PASSWORD) : school[who],
  );
}

/** Words that every tenant may use for things of its own. */
const COMMON_PARAMETERS = ["userId", "kind", "number"];

/** What a user's own token opens is for no credential of a tenant, whatever it names. */
const namesSomethingOfA = ({ parameters, permission }: Operation) =>
  permission !== "inbox user" &&
  parameters.some(({ in: place, name }) => place === "path" && !COMMON_PARAMETERS.includes(name));

it.each(["owner", "source"] as const)("shows and does nothing under A's ids in any path: %s", async (who) => {
  const stranger = await givenSchool(installation, "路人");
  const operations = listOperations(installation);
  await leavingNoTrace(a, async () => {
    for (const operation of operations) {
      const call = await callAs(who, stranger, operation);
      const path = `${fillPath(operation, a.ids)}${requiredQuery(operation)}`;
      const body = operation.hasBody ? SAMPLES[operation.id]?.(stranger, `iso-${who}`) : undefined;
      const { status, text } = await call(operation.method, path, body);
      expect(status, `${operation.id}: ${text}`).toBeLessThan(500);
      if (namesSomethingOfA(operation)) expect([403, 404], `${operation.id}: ${text}`).toContain(status);
    }
  });
  expect(operations.filter(namesSomethingOfA).length).toBeGreaterThan(30);
});

it("finds only its own by A's ids, words and cursors in lists and searches", async () => {
  const call = listener.listen(b.owner);
  await a.addUsers([{ userId: "a-second-one" }]);
  const own = await a.owner("GET", "/v1/users?limit=1");
  const found: Record<string, unknown> = {};
  for (const path of [
    `/v1/users?query=${CANARY}`,
    `/v1/users?tag=${a.ids.tagId}`,
    `/v1/users?tag=${CANARY}-tag`,
    `/v1/users?department=${a.ids.departmentId}`,
    `/v1/departments?query=${CANARY}`,
    "/v1/segments",
    "/v1/audience-files",
    `/v1/messages?sourceId=${a.ids.sourceId}`,
    `/v1/audit-entries?subjectId=${a.memberIds.reviewer}`,
    `/v1/suppressions?query=${CANARY}-blocked`,
    `/v1/suppressions?sourceId=${a.ids.sourceId}`,
    `/v1/suppressions?deliveryId=${a.ids.deliveryId}`,
    `/v1/users?limit=1&cursor=${own.body.nextCursor}`,
  ]) {
    const { status, body, text } = await call("GET", path);
    expect(status, text).toBe(200);
    if (body.items.length > 0) found[path] = body.items;
  }
  expect(found).toEqual({});
});

it.each(["sourceId", "channelId"])("counts nothing under A's %s in the statistics", async (name) => {
  const today = (offsetDays: number) =>
    new Date(Date.now() + offsetDays * 86_400_000).toISOString().slice(0, 10);
  const query = `?from=${today(-1)}&to=${today(1)}&${name}=${a.ids[name]}`;
  const countedFor = async (call: Call) => {
    const funnel = await call("GET", `/v1/statistics/funnel${query}`);
    const reasons = await call("GET", `/v1/statistics/reasons${query}`);
    return (funnel.body.totals?.targeted ?? 0) + (reasons.body.items?.length ?? 0);
  };
  expect(await countedFor(a.owner)).toBeGreaterThan(0);
  expect(await countedFor(listener.listen(b.owner))).toBe(0);
});

it("may use A's idempotency key for a message of its own", async () => {
  await b.addUsers([{ userId: "mine", identities: [{ kind: "push", address: "mine" }] }]);
  const answer = await b.trySend(messageTo(users("mine"), ["courier"]), {
    key: `${CANARY}-key`,
    as: listener.listen(b.source),
  });
  expect(answer.status).toBe(202);
  expect(answer.headers.has("idempotency-replayed")).toBe(false);
  await b.completed(answer.body.id);
});

it("reaches nobody of A by naming A's users or tags", async () => {
  const before = installation.vendor.calls.length;
  const as = listener.listen(b.source);
  const tagged = { kind: "tags", any: [`${CANARY}-tag`], all: [], not: [] };
  const byName = await b.send(messageTo(users(`${CANARY}-user`), ["courier"]), { as });
  const byTag = await b.send(messageTo(tagged, ["courier"]), { as });
  await Promise.all([b.completed(byName), b.completed(byTag)]);
  expect((await b.message(byName)).counts).toMatchObject({ targeted: 1, suppressed: 1, submitted: 0 });
  expect((await b.message(byTag)).counts).toMatchObject({ targeted: 0 });
  expect(installation.vendor.calls).toHaveLength(before);
});

it("cannot report a receipt about A's delivery through its own channel; A's own channel can", async () => {
  const event = { eventId: "forged", type: "delivered", at: Date.now(), ref: a.ids.deliveryId };
  await leavingNoTrace(a, async () => {
    expect((await b.pushReceipt(b.channels.courier, { events: [event] })).status).toBe(200);
  });
  await a.pushReceipt(a.channels.courier, { events: [event] });
  expect((await a.owner("GET", `/v1/deliveries/${a.ids.deliveryId}`)).body.state).toBe("delivered");
});

it("finds no receipts address by A's channel with B's token", async () => {
  const token = (b.channels.courier.receiptsUrl ?? "").split("/").at(-1);
  const path = `/v1/receipts/${a.channels.courier.id}/${token}`;
  expectProblem(await callAnonymously(installation)("POST", path, {}), "not-found", 404);
});

it("has heard nothing of A in any answer, except what it said itself", () => {
  expect(listener.heardCount).toBeGreaterThan(150);
  expect(learnedAbout(a, listener)).toEqual([]);
});

it("leaves the books of all tenants in order", async () => {
  await timePasses(installation, 4 * 86_400);
  await expectNothingLost(installation);
});
