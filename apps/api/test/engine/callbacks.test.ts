import type { ServerResponse } from "node:http";
import { toBigint, toUuid } from "@tidings/db";
import { findCallbackFault } from "@tidings/sdk/callbacks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type CallbackReceiver,
  expectProblem,
  givenSchool,
  type Installation,
  mustSucceed,
  type OpenEndpoint,
  openEndpoint,
  type ReceivedCallback,
  readEndpoint,
  type School,
  startCallbackReceiver,
  startInstallation,
  timePasses,
  until,
} from "../harness/index.ts";
import { type CallbackView, happens, inState, listCallbacks, tried } from "./callback-scene.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Whoever works on an endpoint has left it by then. */
const A_LEASE = 65;

let installation: Installation;
let receiver: CallbackReceiver;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  receiver = await startCallbackReceiver();
  installation.allowedEndpoints.add(receiver.endpoint);
});
afterAll(async () => {
  await receiver?.close();
  await installation?.stop();
});
beforeEach(async () => {
  school = await givenSchool(installation);
});

const faultOf = ({ headers, text }: ReceivedCallback, secret: string, now = Date.now()) =>
  findCallbackFault(headers, text, [secret], now);

const callsOf = (endpoint: OpenEndpoint, count: number) =>
  until(() => {
    const calls = receiver.callsTo(endpoint.name);
    return calls.length >= count ? calls : undefined;
  });

const passes = (seconds: number) => timePasses(installation, seconds);

/** A day's worth of tries, none of which gets through. */
async function failForADay(endpoint: OpenEndpoint): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const [before] = await listCallbacks(school, endpoint);
    if (before?.state === "dead") return;
    await passes(4.5 * HOUR);
    await until(async () => {
      const [after] = await listCallbacks(school, endpoint);
      return after?.state === "dead" || after?.attemptCount !== before?.attemptCount;
    });
  }
}

describe("callbacks", () => {
  it("tell what became of a delivery, signed, as the source knows message and user", async () => {
    await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "u-1" }] }]);
    const messageId = await school.send({
      audience: { kind: "users", userIds: ["u-1"] },
      channels: ["courier"],
      content: { push: { text: "x" } },
    });
    await school.completed(messageId);
    const [delivery] = await school.deliveriesOf(messageId);
    const endpoint = await openEndpoint(school, receiver);
    const deliveryIds = [toBigint("dlv", delivery?.id ?? "")];
    await happens(installation, school, endpoint, { deliveryIds, messageId });
    const [call] = await callsOf(endpoint, 1);
    expect(call && faultOf(call, endpoint.secret)).toBeUndefined();
    expect(call?.headers["content-type"]).toBe("application/json");
    const callback = await inState(school, endpoint, "delivered");
    expect(callback).toMatchObject({ id: call?.headers["webhook-id"], eventCount: 1, attemptCount: 1 });
    const event = {
      id: `${delivery?.id}.delivered`,
      type: "delivered",
      at: expect.any(String),
      messageId,
      deliveryId: delivery?.id,
      step: 0,
      channel: { id: school.channels.courier.id, code: school.channels.courier.code, kind: "push" },
      userId: "u-1",
      address: null,
      reason: null,
    };
    expect(call?.body).toEqual({
      type: "deliveries",
      timestamp: callback?.createdAt,
      data: { events: [event] },
    });
    const detail = await mustSucceed(school.owner("GET", `${endpoint.path}/callbacks/${callback?.id}`));
    expect(detail).toMatchObject({ state: "delivered", events: [event] });
  });

  it("tell up to 200 events at once, and each of them once", async () => {
    const endpoint = await openEndpoint(school, receiver);
    await happens(installation, school, endpoint, { count: 450 });
    await until(async () => {
      const all = await listCallbacks(school, endpoint);
      return all.length > 2 && all.every(({ state }) => state === "delivered");
    });
    const calls = receiver.callsTo(endpoint.name);
    const events = calls.flatMap(({ body }) => body.data.events.map(({ id }) => id));
    expect(calls.map(({ body }) => body.data.events.length).sort()).toEqual([200, 200, 50]);
    expect(new Set(events).size).toBe(450);
  });

  it("that failed come again on schedule, under the same id and word for word", async () => {
    const endpoint = await openEndpoint(school, receiver);
    receiver.answer(endpoint.name, 500);
    await happens(installation, school, endpoint);
    const first = await tried(school, endpoint, 1);
    expect(first).toMatchObject({ state: "waiting", attempts: [{ status: 500, error: "refused" }] });
    expect(Date.parse(first?.nextAt ?? "") - Date.now()).toBeLessThan(5_600);
    await passes(A_LEASE);
    const second = await tried(school, endpoint, 2);
    const pauseMs = Date.parse(second?.nextAt ?? "") - Date.now();
    expect(pauseMs).toBeGreaterThan(20_000);
    expect(pauseMs).toBeLessThan(33_100);
    receiver.answer(endpoint.name, 200);
    await passes(A_LEASE);
    await inState(school, endpoint, "delivered");
    const calls = receiver.callsTo(endpoint.name);
    expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(calls.map(({ text }) => text)).size).toBe(1);
    expect(calls).toHaveLength(3);
    expect((await readEndpoint(school, endpoint)).failingSince).toBeNull();
  });

  it("follow no redirect", async () => {
    const endpoint = await openEndpoint(school, receiver);
    const elsewhere = `${endpoint.name}-elsewhere`;
    receiver.answer(endpoint.name, (response) =>
      response.writeHead(307, { location: `${receiver.url}${elsewhere}` }).end(),
    );
    await happens(installation, school, endpoint);
    const callback = await tried(school, endpoint, 1);
    expect(callback?.attempts).toMatchObject([{ status: 307, error: "redirected" }]);
    expect(receiver.callsTo(elsewhere)).toEqual([]);
  });

  it("end with a 410: the endpoint is switched off, and the audit log says so", async () => {
    const endpoint = await openEndpoint(school, receiver);
    receiver.answer(endpoint.name, 410);
    await happens(installation, school, endpoint);
    await tried(school, endpoint, 1);
    const after = await readEndpoint(school, endpoint);
    expect(after).toMatchObject({ state: "disabled", disabledReason: "gone" });
    const audit = await mustSucceed<{ items: object[] }>(
      school.owner("GET", "/v1/audit-entries?action=callback_endpoint.disabled"),
    );
    expect(audit.items).toMatchObject([{ subjectId: endpoint.id, actor: { kind: "system" } }]);
    receiver.answer(endpoint.name, 200);
    await mustSucceed(school.owner("PATCH", endpoint.path, { state: "on" }));
    await passes(A_LEASE);
    await inState(school, endpoint, "delivered");
    expect(await readEndpoint(school, endpoint)).toMatchObject({ state: "on", disabledReason: null });
  });

  it("to an address that was replaced meanwhile say nothing of the new one", async () => {
    const endpoint = await openEndpoint(school, receiver);
    let answerGone = () => {};
    receiver.answer(endpoint.name, (response) => {
      answerGone = () => response.writeHead(410).end();
    });
    await happens(installation, school, endpoint);
    await callsOf(endpoint, 1);
    await mustSucceed(school.owner("PATCH", endpoint.path, { url: `${receiver.url}${endpoint.name}-moved` }));
    answerGone();
    await tried(school, endpoint, 1);
    expect(await readEndpoint(school, endpoint)).toMatchObject({ state: "on", failingSince: null });
    await passes(A_LEASE);
    await inState(school, endpoint, "delivered");
    expect(receiver.callsTo(`${endpoint.name}-moved`)).toHaveLength(1);
  });

  it("wait as long as the receiver asks", async () => {
    const endpoint = await openEndpoint(school, receiver);
    receiver.answer(endpoint.name, (response) => response.writeHead(429, { "retry-after": "600" }).end());
    await happens(installation, school, endpoint);
    const callback = await tried(school, endpoint, 1);
    const pauseMs = Date.parse(callback?.nextAt ?? "") - Date.now();
    expect(pauseMs).toBeGreaterThan(590_000);
    expect(pauseMs).toBeLessThanOrEqual(600_000);
  });

  it("wait so long all of them, though some got through beside the one that was asked to", async () => {
    const endpoint = await openEndpoint(school, receiver);
    let first: ServerResponse | undefined;
    receiver.answer(endpoint.name, (response) => {
      first ??= response;
      if (first === response) return;
      if (!first.headersSent) first.writeHead(429, { "retry-after": "600" }).end();
      setTimeout(() => response.writeHead(204).end(), 200);
    });
    await happens(installation, school, endpoint, { count: 400 });
    const isLeftAlone = () =>
      installation.books.transaction(async ({ sql }) => {
        const rows = await sql`select from callback_endpoints
          where id = ${toUuid("callbackEndpoint", endpoint.id)} and next_at > now() + interval '500 seconds'`;
        return rows.length === 1;
      });
    await until(isLeftAlone);
    const states = (await listCallbacks(school, endpoint)).map(({ state }) => state);
    expect(states.sort()).toEqual(["delivered", "waiting"]);
    expect((await readEndpoint(school, endpoint)).failingSince).toBeNull();
  });

  it("are given up after a day, and made again when somebody says so", async () => {
    const endpoint = await openEndpoint(school, receiver);
    receiver.answer(endpoint.name, 503);
    await happens(installation, school, endpoint);
    await tried(school, endpoint, 1);
    const waiting = await listCallbacks(school, endpoint);
    expectProblem(
      await school.owner("POST", `${endpoint.path}/callbacks/${waiting[0]?.id}/replays`),
      "callback-not-dead",
      409,
    );
    expectProblem(await school.owner("POST", `${endpoint.path}/replays`), "nothing-to-replay", 409);
    await failForADay(endpoint);
    const [dead] = await listCallbacks(school, endpoint, "?state=dead");
    expect(dead).toMatchObject({ state: "dead", nextAt: null, endedAt: expect.any(String) });
    expect((await readEndpoint(school, endpoint)).counts).toEqual({ waiting: 0, dead: 1 });
    receiver.answer(endpoint.name, 200);
    await passes(HOUR);
    const replay = await mustSucceed(school.owner("POST", `${endpoint.path}/replays`));
    expect(replay).toEqual({ count: 1 });
    const delivered = await inState(school, endpoint, "delivered");
    expect(delivered?.id).toBe(dead?.id);
    const calls = receiver.callsTo(endpoint.name);
    expect(new Set(calls.map(({ text }) => text)).size).toBe(1);
  });

  it("end when nothing gets through for three days, and not when one does in between", async () => {
    const [hopeless, sporadic] = [await openEndpoint(school, receiver), await openEndpoint(school, receiver)];
    for (const { name } of [hopeless, sporadic]) receiver.answer(name, 500);
    for (let day = 0; day < 4; day++) {
      await happens(installation, school, sporadic);
      await until(async () => (await listCallbacks(school, sporadic))[0]?.attemptCount === 1);
      receiver.answer(sporadic.name, 200);
      await passes(A_LEASE);
      await until(async () => (await listCallbacks(school, sporadic))[0]?.state === "delivered");
      receiver.answer(sporadic.name, 500);
      await happens(installation, school, hopeless);
      await until(async () => ((await listCallbacks(school, hopeless))[0]?.attemptCount ?? 0) > 0);
      for (let part = 0; part < 6 && day < 3; part++) {
        const countOf = async () =>
          (await listCallbacks(school, hopeless)).reduce((sum, one) => sum + one.attemptCount, 0);
        const before = await countOf();
        await passes(4.2 * HOUR);
        await until(async () => (await countOf()) > before || part === 5);
      }
    }
    await until(async () => (await readEndpoint(school, hopeless)).state === "disabled");
    expect(await readEndpoint(school, hopeless)).toMatchObject({ disabledReason: "failing" });
    expect(await readEndpoint(school, sporadic)).toMatchObject({ state: "on" });
  }, 120_000);

  it("of others go on while receivers hang", async () => {
    const other = await givenSchool(installation);
    const hanging: OpenEndpoint[] = [];
    for (let count = 0; count < 5; count++) {
      const endpoint = await openEndpoint(school, receiver);
      receiver.answer(endpoint.name, () => undefined);
      await happens(installation, school, endpoint, { count: 1_000 });
      hanging.push(endpoint);
    }
    await callsOf(hanging[0] as OpenEndpoint, 4);
    const endpoint = await openEndpoint(other, receiver);
    await happens(installation, other, endpoint);
    const since = Date.now();
    await inState(other, endpoint, "delivered");
    expect(Date.now() - since).toBeLessThan(8_000);
    for (const { name } of hanging) expect(receiver.callsTo(name).length).toBeLessThanOrEqual(4);
  });

  it("are made again under the same id when who made them died before writing it down", async () => {
    const endpoint = await openEndpoint(school, receiver);
    await happens(installation, school, endpoint);
    const callback = (await inState(school, endpoint, "delivered")) as CallbackView;
    await installation.books.transaction(
      ({ sql }) => sql`
        update callbacks set state = 'waiting', ended_at = null, next_at = now() + interval '60 seconds',
          attempts = '[]', attempt_count = 0 where id = ${toUuid("callback", callback.id)}`,
    );
    await passes(A_LEASE);
    const calls = await callsOf(endpoint, 2);
    expect(calls.map(({ headers }) => headers["webhook-id"])).toEqual([callback.id, callback.id]);
    expect(calls[1]?.text).toBe(calls[0]?.text);
  });

  it("are signed with both secrets while one is replaced, and then with the new one", async () => {
    const endpoint = await openEndpoint(school, receiver);
    const rotated = await mustSucceed<OpenEndpoint>(
      school.owner("POST", `${endpoint.path}/secret-rotations`, { overlapSeconds: 3_600 }),
    );
    expect(rotated.secrets.map(({ version }) => version)).toEqual([2, 1]);
    await happens(installation, school, endpoint);
    const [first] = await callsOf(endpoint, 1);
    for (const secret of [endpoint.secret, rotated.secret]) {
      expect(first && faultOf(first, secret)).toBeUndefined();
    }
    await inState(school, endpoint, "delivered");
    await passes(3_601);
    await happens(installation, school, endpoint);
    const [, second] = await callsOf(endpoint, 2);
    expect(second && faultOf(second, rotated.secret)).toBeUndefined();
    expect(second && faultOf(second, endpoint.secret)).toBe("the signature does not verify");
  });

  it("are forgotten thirty days after they are over", async () => {
    const endpoint = await openEndpoint(school, receiver);
    await happens(installation, school, endpoint);
    await inState(school, endpoint, "delivered");
    await passes(31 * DAY);
    const engine = await installation.startEngine();
    await until(async () => (await listCallbacks(school, endpoint)).length === 0);
    await engine.stop();
  });
});
