import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  givenEndpoint,
  givenSchool,
  holdQueue,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  releaseQueue,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await givenEndpoint(installation, school);
});
afterAll(() => installation?.stop());
afterEach(async () => {
  installation.vendor.reset();
  await expectNothingLost(installation);
});

interface Entry {
  id: string;
  origin: string;
  code: string | null;
  expiresAt: string | null;
  address: string | null;
  delivery: { id: string } | null;
}

const suppress = (body: object) => mustSucceed<Entry>(school.owner("POST", "/v1/suppressions", body));
const lift = (id: string) => mustSucceed(school.owner("DELETE", `/v1/suppressions/${id}`));
const entriesOf = async (body: object) =>
  (await mustSucceed<{ items: Entry[] }>(school.owner("POST", "/v1/suppression-lookups", body))).items;

let nextUser = 0;
async function givenUser(rest: { phone?: string; tags?: string[]; email?: string } = {}): Promise<string> {
  const userId = `s-${nextUser++}`;
  const identities = [
    { kind: "push", address: userId },
    { kind: "sms", address: rest.phone ?? newPhone() },
    { kind: "email", address: rest.email ?? `${userId}@example.cn` },
  ];
  await school.addUsers([{ userId, identities, tags: rest.tags ?? [] }]);
  return userId;
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const tagged = (tag: string) => ({ kind: "tags", any: [tag], all: [], not: [] });

/** What became of each user of a completed message: its state and reason. */
async function fates(id: string): Promise<Record<string, string>> {
  await school.completed(id);
  const deliveries = await school.deliveriesOf(id);
  return Object.fromEntries(
    deliveries.map(({ user, address, state, reason }) => [
      user?.userId ?? address ?? "",
      `${state} ${reason}`,
    ]),
  );
}

it("leaves a suppressed address out, however the audience was given and the number is written", async () => {
  const phone = newPhone();
  const [out, other] = [
    await givenUser({ phone: `+86${phone}`, tags: ["甲班"] }),
    await givenUser({ tags: ["甲班"] }),
  ];
  await suppress({ kind: "sms", address: phone, note: "家长来电" });
  const left = { [out]: "suppressed suppressed_by_tenant" };
  expect(await fates(await school.send(messageTo(users(out, other), ["sms"])))).toMatchObject(left);
  expect(await fates(await school.send(messageTo(tagged("甲班"), ["sms"])))).toMatchObject(left);
  const typed = { kind: "addresses", addresses: [{ address: phone }] };
  expect(await fates(await school.send(messageTo(typed, ["sms"])))).toEqual({
    [phone]: "suppressed suppressed_by_tenant",
  });
  expect(installation.sms.received().filter(({ to }) => to.endsWith(phone))).toEqual([]);
  expect(await fates(await school.send(messageTo(users(out), ["mail"])))).toEqual({ [out]: "accepted null" });
});

it("keeps a user back on one channel kind or on every one, whatever its address", async () => {
  const [one, every] = [await givenUser(), await givenUser()];
  await suppress({ userId: one, kind: "push", origin: "complaint" });
  await suppress({ userId: every, origin: "unsubscribed" });
  const send = async (channel: string) => fates(await school.send(messageTo(users(one, every), [channel])));
  expect(await send("courier")).toEqual({
    [one]: "suppressed complained",
    [every]: "suppressed unsubscribed",
  });
  expect(await send("mail")).toEqual({ [one]: "accepted null", [every]: "suppressed unsubscribed" });
});

it("keeps a whole domain back", async () => {
  const [inside, outside] = [await givenUser({ email: "Somebody@Blocked.example" }), await givenUser()];
  await suppress({ kind: "email", address: "@blocked.example" });
  expect(await fates(await school.send(messageTo(users(inside, outside), ["mail"])))).toEqual({
    [inside]: "suppressed suppressed_by_tenant",
    [outside]: "accepted null",
  });
});

it("keeps back only what the source of an entry sends", async () => {
  const user = await givenUser();
  const own = await mustSucceed<Entry>(school.source("POST", "/v1/suppressions", { userId: user }));
  const send = async (as: School["owner"]) =>
    fates(await school.send(messageTo(users(user), ["courier"]), { as }));
  expect(await send(school.source)).toEqual({ [user]: "suppressed suppressed_by_tenant" });
  expect(await send(school.operator)).toEqual({ [user]: "accepted null" });
  await mustSucceed(school.source("DELETE", `/v1/suppressions/${own.id}`));
  expect(await send(school.source)).toEqual({ [user]: "accepted null" });
});

it("sends again once an entry has expired or is deleted", async () => {
  const user = await givenUser();
  const { id } = await suppress({ userId: user, expiresAt: inDays(1) });
  const send = async () => fates(await school.send(messageTo(users(user), ["courier"])));
  expect(await send()).toEqual({ [user]: "suppressed suppressed_by_tenant" });
  await installation.books.transaction(
    ({ sql }) =>
      sql`update suppressions set expires_at = now() - interval '1 second' where user_id = ${user}`,
  );
  expect(await send()).toEqual({ [user]: "accepted null" });
  await suppress({ userId: user });
  expect(await send()).toEqual({ [user]: "suppressed suppressed_by_tenant" });
  await lift(id);
  expect(await send()).toEqual({ [user]: "accepted null" });
});

it("suppresses a mailbox that the server calls gone, with an end, and not one that refuses this mail", async () => {
  const typed = (address: string) => messageTo({ kind: "addresses", addresses: [{ address }] }, ["mail"]);
  const id = await school.send(typed("bounce@gone.example"));
  expect(await fates(id)).toEqual({ "bounce@gone.example": "failed 5.1.1" });
  const [entry] = await entriesOf({ kind: "email", address: "BOUNCE@gone.example" });
  const { id: deliveryId } = await school.timelineOf(id);
  expect(entry).toMatchObject({ origin: "hard_bounce", code: "5.1.1", delivery: { id: deliveryId } });
  expect(Date.parse(entry?.expiresAt ?? "")).toBeGreaterThan(Date.parse(inDays(364)));
  expect(await fates(await school.send(typed("bounce@gone.example")))).toEqual({
    "bounce@gone.example": "suppressed address_dead",
  });
  for (const soft of ["refused@busy.example", "spam@busy.example"]) {
    await school.completed(await school.send(typed(soft)));
    expect(await entriesOf({ kind: "email", address: soft })).toEqual([]);
  }
});

it("suppresses the refused of a batch and nobody else of it", async () => {
  const [dead, refused, fine] = [await givenUser(), await givenUser(), await givenUser()];
  installation.vendor.answer(({ body, refs }) => {
    const { items } = JSON.parse(body) as { items: { ref: string; to: string }[] };
    const codes: Record<string, string> = { [dead]: "device_dead", [refused]: "bad_text" };
    const refusals = items.flatMap(({ ref, to }) => (codes[to] ? [[ref, codes[to]]] : []));
    expect(refs).toHaveLength(3);
    return { status: 200, body: JSON.stringify({ refused: Object.fromEntries(refusals) }) };
  });
  const id = await school.send(messageTo(users(dead, refused, fine), ["courier"]));
  expect(await fates(id)).toEqual({
    [dead]: "failed device_dead",
    [refused]: "failed bad_text",
    [fine]: "accepted null",
  });
  expect(await entriesOf({ userId: dead })).toMatchObject([{ origin: "hard_bounce", code: "device_dead" }]);
  expect(await entriesOf({ userId: refused })).toEqual([]);
  expect(await entriesOf({ userId: fine })).toEqual([]);
});

const push = (...events: object[]) => school.pushReceipt(school.channels.courier, { events });
const undelivered = (ref: string, code: string) => ({
  eventId: `${code}-${ref}`,
  type: "undelivered",
  at: Date.now(),
  ref,
  code,
});

it("suppresses an address by the receipt that says so, and never by one about a passing fault", async () => {
  const [gone, off] = [await givenUser(), await givenUser()];
  const id = await school.send(messageTo(users(gone, off), ["courier"]));
  await school.completed(id);
  const refOf = async (userId: string) =>
    (await school.deliveriesOf(id)).find(({ user }) => user?.userId === userId)?.id ?? "";
  await push(undelivered(await refOf(gone), "opted_out"), undelivered(await refOf(off), "phone_off"));
  expect(await entriesOf({ userId: gone })).toMatchObject([{ origin: "unsubscribed", expiresAt: null }]);
  expect(await entriesOf({ userId: off })).toEqual([]);
  expect(await fates(await school.send(messageTo(users(gone), ["courier"])))).toEqual({
    [gone]: "suppressed unsubscribed",
  });
});

it("suppresses by a receipt that came before our own commit as well", async () => {
  const user = await givenUser();
  const gate = installation.vendor.hold();
  const id = await school.send(messageTo(users(user), ["courier"]));
  await gate.arrived(1);
  await push(undelivered((await school.timelineOf(id)).id, "opted_out"));
  expect(await entriesOf({ userId: user })).toEqual([]);
  gate.open();
  await until(async () => (await entriesOf({ userId: user })).length === 1);
});

it("leaves an entry without an end as it is when the vendor reports the address", async () => {
  const user = await givenUser();
  const id = await school.send(messageTo(users(user), ["courier"]));
  await school.completed(id);
  const own = await suppress({ kind: "push", address: user, note: "本人要求" });
  await push(undelivered((await school.timelineOf(id)).id, "device_dead"));
  expect(await entriesOf({ userId: user })).toMatchObject([
    { id: own.id, origin: "manual", expiresAt: null },
  ]);
});

it("lets the vendor's word take the place of an entry that ends before it, and of no other", async () => {
  const [shortly, long] = [await givenUser(), await givenUser()];
  const id = await school.send(messageTo(users(shortly, long), ["courier"]));
  await school.completed(id);
  const note = "本人要求";
  await suppress({ kind: "push", address: shortly, note, expiresAt: inDays(1) });
  const own = await suppress({ kind: "push", address: long, note, expiresAt: inDays(300) });
  for (const { id: ref } of await school.deliveriesOf(id)) await push(undelivered(ref, "device_dead"));
  const [entry] = await entriesOf({ userId: shortly });
  expect(entry).toMatchObject({
    origin: "hard_bounce",
    code: "device_dead",
    note: null,
    by: { kind: "platform" },
  });
  expect(Date.parse(entry?.expiresAt ?? "")).toBeGreaterThan(Date.parse(inDays(29)));
  const [kept] = await entriesOf({ userId: long });
  expect(kept).toMatchObject({ origin: "manual", code: null, note, by: { kind: "member" } });
  expect(kept?.expiresAt).toBe(own.expiresAt);
});

it("stops what waits to be sent when an entry is made, and the fallback goes on", async () => {
  const [out, other] = [await givenUser(), await givenUser()];
  const { id: policy } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", {
      name: "推送后邮件",
      steps: [
        { channelIds: [school.channels.courier.id] },
        { channelIds: [school.channels.mail.id], when: "failed" },
      ],
    }),
  );
  await holdQueue(installation);
  const id = await school.send(messageTo(users(out, other), [], { channels: undefined, policy }));
  await school.expanded(id);
  await suppress({ kind: "push", address: out, origin: "unsubscribed" });
  await releaseQueue(installation);
  await until(() => installation.mail.received().some(({ to }) => to === `${out}@example.cn`));
  const [first] = (await school.deliveriesOf(id)).filter(
    ({ user, step }) => user?.userId === out && step === 0,
  );
  expect(first).toMatchObject({ state: "suppressed", reason: "unsubscribed", attemptCount: 0 });
  const { timeline } = (await school.owner("GET", `/v1/deliveries/${first?.id}`)).body;
  expect(timeline.map(({ kind }: { kind: string }) => kind)).toEqual(["created"]);
  expect(installation.vendor.effects.has(first?.id ?? "")).toBe(false);
  expect((await school.message(id)).counts).toMatchObject({
    targeted: 3,
    valid: 2,
    suppressed: 1,
    submitted: 2,
  });
  await mustSucceed(school.owner("POST", `/v1/messages/${id}/cancellation`));
});

it("ends a message of which everybody was suppressed while it waited", async () => {
  const user = await givenUser();
  await holdQueue(installation);
  const id = await school.send(messageTo(users(user), ["courier"]));
  await school.expanded(id);
  await suppress({ userId: user });
  await releaseQueue(installation);
  expect(await fates(id)).toEqual({ [user]: "suppressed suppressed_by_tenant" });
  expect(installation.vendor.calls).toEqual([]);
});

it("stops the later batches of a chunk that is being sent", async () => {
  const count = 450;
  const pupils = Array.from({ length: count }, (_, index) => ({
    userId: `batch-${index}`,
    identities: [{ kind: "push", address: `batch-${index}` }],
    tags: ["大班"],
  }));
  await school.addUsers(pupils);
  const gate = installation.vendor.hold();
  const id = await school.send(messageTo(tagged("大班"), ["courier"]));
  // Eight batches of fifty are under way; the ninth is still to come.
  await gate.arrived(8);
  const sent = new Set(installation.vendor.calls.flatMap(({ refs }) => refs));
  const waiting = (await school.deliveriesOf(id)).filter(({ id: ref }) => !sent.has(ref));
  const [out] = waiting;
  await suppress({ userId: out?.user?.userId });
  gate.open();
  await school.completed(id);
  expect(waiting.length).toBe(50);
  expect((await school.message(id)).counts).toMatchObject({
    targeted: count,
    valid: count - 1,
    suppressed: 1,
  });
  expect(installation.vendor.effects.has(out?.id ?? "")).toBe(false);
});
