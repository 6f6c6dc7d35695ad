import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { happens, inState, tried } from "../engine/callback-scene.ts";
import {
  type CallbackReceiver,
  expectProblem,
  givenSchool,
  type Installation,
  mustSucceed,
  type OpenEndpoint,
  openEndpoint,
  type School,
  startCallbackReceiver,
  startInstallation,
} from "../harness/index.ts";

let installation: Installation;
let receiver: CallbackReceiver;
let school: School;
let path: string;
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
  path = `/v1/sources/${school.sourceId}/callback-endpoints`;
});

const create = (url: string, rest: object = {}) => school.owner("POST", path, { url, ...rest });

describe("callback endpoints", () => {
  it("are kept as they are named, with all kinds of events unless some are chosen", async () => {
    const created = await openEndpoint(school, receiver, { eventTypes: ["delivered", "failed"] });
    expect(created).toMatchObject({ state: "on", eventTypes: ["delivered", "failed"], disabledReason: null });
    expect(created.secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    const all = await openEndpoint(school, receiver);
    const { items, maxCount } = await mustSucceed<{ items: OpenEndpoint[]; maxCount: number }>(
      school.owner("GET", path),
    );
    expect(maxCount).toBe(5);
    expect(items.map(({ id }) => id)).toEqual([created.id, all.id]);
    expect(JSON.stringify(items)).not.toMatch(/whsec|ciphertext/);
    const source = await mustSucceed(school.owner("GET", `/v1/sources/${school.sourceId}`));
    expect(source).toMatchObject({ callbackEndpoints: { count: 2, failingCount: 0, disabledCount: 0 } });
  });

  it("may be no address that is not public, and nobody learns what a name resolves to", async () => {
    for (const url of [
      "https://127.0.0.1/x",
      "https://localhost/x",
      "https://10.0.0.7/x",
      "https://169.254.169.254/latest/meta-data",
      "https://[::1]/x",
      "https://[fd00::1]/x",
      "https://user:word@example.com/x",
      "http://203.0.113.99/x",
    ]) {
      const answer = await create(url);
      expectProblem(answer, "address-not-allowed", 422);
      expect(answer.body).toMatchObject({ errors: [{ pointer: "/url", code: "address-not-allowed" }] });
      if (url.includes("localhost")) expect(answer.text).not.toMatch(/127\.0\.0\.1|::1/);
    }
    for (const url of [
      "ftp://example.com/x",
      "javascript:alert(1)",
      "nonsense",
      `https://a.cn/${"x".repeat(2_000)}`,
      // Nine characters for each of them where it is called.
      `https://a.cn/${"告".repeat(300)}`,
    ]) {
      expectProblem(await create(url), "invalid-input", 422);
    }
    const { path: own } = await openEndpoint(school, receiver);
    const moved = await school.owner("PATCH", own, { url: "https://192.168.1.1/" });
    expectProblem(moved, "address-not-allowed", 422);
  });

  it("are five of a source at most, also of those that come at once, and each address once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, count) => create(`${receiver.url}/many-${count}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: "callback-endpoint-limit", limit: 5 });
    const { items } = await mustSucceed<{ items: OpenEndpoint[] }>(school.owner("GET", path));
    await mustSucceed(school.owner("DELETE", `${path}/${items[0]?.id}`));
    expectProblem(await create(items[1]?.url ?? ""), "callback-endpoint-taken", 409);
    const taken = await school.owner("PATCH", `${path}/${items[1]?.id}`, { url: items[2]?.url });
    expectProblem(taken, "callback-endpoint-taken", 409);
  });

  it("are another tenant's secret, with all that is theirs", async () => {
    const endpoint = await openEndpoint(school, receiver);
    await happens(installation, school, endpoint);
    const callback = await inState(school, endpoint, "delivered");
    const other = await givenSchool(installation);
    const own = await openEndpoint(other, receiver);
    const paths = [endpoint.path, `${own.path.replace(own.id, endpoint.id)}`];
    for (const foreign of paths) {
      for (const [method, rest, body] of [
        ["PATCH", "", { state: "off" }],
        ["DELETE", ""],
        ["POST", "/secret-rotations", {}],
        ["POST", "/tests"],
        ["GET", "/callbacks"],
        ["GET", `/callbacks/${callback?.id}`],
        ["POST", `/callbacks/${callback?.id}/replays`],
        ["POST", "/replays"],
      ] as const) {
        expectProblem(await other.owner(method, `${foreign}${rest}`, body), "not-found", 404);
      }
    }
    expectProblem(await other.owner("GET", `${own.path}/callbacks/${callback?.id}`), "not-found", 404);
  });

  it("can be tried at once, whatever the answer", async () => {
    const endpoint = await openEndpoint(school, receiver);
    const good = await mustSucceed(school.owner("POST", `${endpoint.path}/tests`));
    expect(good).toMatchObject({ isReceived: true, attempt: { status: 204, error: null } });
    expect(receiver.callsTo(endpoint.name)).toMatchObject([
      { body: { type: "test", data: { events: [{}] } } },
    ]);
    receiver.answer(endpoint.name, 500);
    const bad = await mustSucceed(school.owner("POST", `${endpoint.path}/tests`));
    expect(bad).toMatchObject({ isReceived: false, attempt: { status: 500, error: "refused" } });
  });

  it("that are off are told nothing, and what waits once they are on again", async () => {
    const endpoint = await openEndpoint(school, receiver);
    await mustSucceed(school.owner("PATCH", endpoint.path, { state: "off" }));
    await happens(installation, school, endpoint);
    await mustSucceed(school.owner("POST", `${endpoint.path}/tests`));
    expect(receiver.callsTo(endpoint.name).map(({ body }) => body.type)).toEqual(["test"]);
    await mustSucceed(school.owner("PATCH", endpoint.path, { state: "on" }));
    await inState(school, endpoint, "delivered");
  });

  it("go with their source, and what was waiting with them", async () => {
    const endpoint = await openEndpoint(school, receiver);
    receiver.answer(endpoint.name, 500);
    await happens(installation, school, endpoint);
    await tried(school, endpoint, 1);
    await mustSucceed(school.owner("DELETE", `/v1/sources/${school.sourceId}`));
    const left = await installation.books.transaction(
      ({ sql }) => sql`select from callbacks where endpoint_id = ${toUuid("callbackEndpoint", endpoint.id)}`,
    );
    expect(left).toHaveLength(0);
    expectProblem(await school.owner("GET", path), "not-found", 404);
  });

  it("have what is done to them in the audit log, without secrets", async () => {
    const endpoint = await openEndpoint(school, receiver);
    await mustSucceed(school.owner("PATCH", endpoint.path, { eventTypes: ["read"] }));
    await mustSucceed(school.owner("POST", `${endpoint.path}/secret-rotations`, {}));
    await mustSucceed(school.owner("DELETE", endpoint.path));
    const audit = await mustSucceed<{ items: { action: string }[] }>(
      school.owner("GET", `/v1/audit-entries?subjectId=${endpoint.id}`),
    );
    expect(audit.items.map(({ action }) => action)).toEqual([
      "callback_endpoint.deleted",
      "callback_endpoint.secret_rotated",
      "callback_endpoint.updated",
      "callback_endpoint.created",
    ]);
    expect(JSON.stringify(audit)).not.toMatch(/whsec_|callbacks-\d/);
  });
});
