import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  callAnonymously,
  expectProblem,
  fillPath,
  messageTo,
  type Operation,
  requiredQuery,
  users,
} from "../harness/index.ts";
import { type Battery, expectPointer, isRefused, isSane, overAll, routeOf, startBattery } from "./battery.ts";

let battery: Battery;
let messageId: string;
beforeAll(async () => {
  battery = await startBattery();
  messageId = await battery.school.send(messageTo(users("u-1", "u-2", "u-3"), ["courier"]));
}, 60_000);
afterAll(() => battery?.installation.stop());

const pathOf = (operation: Operation) => fillPath(operation, { ...battery.ids, messageId });
const bodyOf = (operation: Operation) => (operation.hasBody ? battery.sampleOf(operation) : undefined);
const encode = (text: string) => Buffer.from(text).toString("base64url");

/** These also have the form of an id, and are one for every method but POST. */
const WORDS_LIKE_IDS = [
  "/v1/users/bulk",
  "/v1/policies/simulations",
  "/v1/series/preview",
  "/v1/messages/explain",
  "/v1/messages/audience-count",
];

const WRONG_IDS = [
  "-1",
  "usr_00000000000000000000000000",
  "msg_zzzzzzzzzzzzzzzzzzzzzzzzzz",
  "%00",
  "a%00b",
  "%ff",
  "..%2f..%2fetc%2fpasswd",
  "'%20or%201=1--",
  "x".repeat(2000),
];
/** Parameters that are the tenant's own words and not ids of ours: any text of the right form may be one. */
const WORDS = ["userId", "kind"];

describe("paths", () => {
  it("with ids of the wrong kind or form are refused as absent or invalid", async () => {
    const cases = battery.operations
      // It removes whom it is asked to remove.
      .filter(({ id }) => id !== "deleteUser")
      .flatMap((operation) =>
        [...operation.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name = ""]) =>
          WRONG_IDS.map((wrong) => ({ operation, name, wrong })),
        ),
      );
    await overAll(
      cases,
      ({ operation, name, wrong }) => `${routeOf(operation)} ${name}=${wrong.slice(0, 40)}`,
      async ({ operation, name, wrong }) => {
        const ids: Record<string, string> = { ...battery.ids, [name]: wrong };
        const path = operation.path.replace(/\{(\w+)\}/g, (_, key: string) => ids[key] ?? "x");
        const answer = await battery.school.owner(
          operation.method,
          `${path}${requiredQuery(operation)}`,
          bodyOf(operation),
        );
        const judge = WORDS.includes(name) ? isSane : isRefused;
        judge(answer, wrong.slice(0, 40));
      },
    );
  }, 40_000);

  it("answer a wrong method with 405 and what is allowed", async () => {
    const methods = new Map<string, Set<string>>();
    for (const { path, method } of battery.operations) {
      if (!WORDS_LIKE_IDS.includes(path)) methods.set(path, (methods.get(path) ?? new Set()).add(method));
    }
    await overAll(
      [...methods],
      ([path]) => path,
      async ([path, known]) => {
        const wrong = ["DELETE", "PATCH", "PUT", "POST"].find((method) => !known.has(method)) ?? "";
        const answer = await battery.school.owner(wrong, path.replace(/\{\w+\}/g, "x"));
        expectProblem(answer, "method-not-allowed", 405);
        expect(answer.headers.get("allow")?.split(", ").sort()).toEqual([...known].sort());
      },
    );
  });

  it.each([
    "/v1",
    "/v1/",
    "/v1/nothing",
    "/v1/messages/",
    "/v1//messages",
    "/v2/messages",
    "/v1/messages/a/b/c",
  ])("%s answers 404", async (path) =>
    expectProblem(await battery.school.owner("GET", path), "not-found", 404),
  );
});

describe("queries", () => {
  const lists = () =>
    battery.operations.filter(({ parameters }) => parameters.some(({ name }) => name === "limit"));

  it.each(["0", "101", "-1", "abc", "1.5", "1e3", "", "99999999999999999999", "%00"])(
    "refuse limit=%s with a pointer",
    (limit) =>
      overAll(lists(), routeOf, async (op) => {
        expectPointer(await battery.school.owner("GET", `${pathOf(op)}?limit=${limit}`), "?limit");
      }),
  );

  it("refuse cursors that no list gave out", async () => {
    const wrong = ["", "x", "====", "%00", "a".repeat(200), "a".repeat(201), encode("\u0000")];
    await overAll(lists(), routeOf, async (op) => {
      for (const cursor of wrong) {
        expectPointer(await battery.school.owner("GET", `${pathOf(op)}?cursor=${cursor}`), "?cursor");
      }
    });
  });

  it("never fail over a cursor that another list gave out, or that somebody made up", async () => {
    await battery.school.addUsers(["c-1", "c-2"].map((userId) => ({ userId, tags: [userId] })));
    const cursors = new Set(
      [
        "' or 1=1",
        "{}",
        "usr_00000000000000000000000000",
        "dlv_0000000000001",
        "不",
        "-1",
        "9".repeat(40),
      ].map(encode),
    );
    for (const op of lists()) {
      const { body } = await battery.school.owner("GET", `${pathOf(op)}?limit=1`);
      if (body?.nextCursor) cursors.add(body.nextCursor);
    }
    expect(cursors.size).toBeGreaterThanOrEqual(11);
    await overAll(lists(), routeOf, async (op) => {
      for (const cursor of cursors) {
        const path = `${pathOf(op)}?limit=1&cursor=${encodeURIComponent(cursor)}`;
        isSane(await battery.school.owner("GET", path), `cursor ${cursor}`);
      }
    });
  });

  it("of every other kind never cause more than a refusal", async () => {
    const values = ["", "-1", "%00", "%ff", "a".repeat(3000), "%27%3B--%25", "9".repeat(30)];
    const cases = battery.operations
      .filter(({ method }) => method === "GET")
      .flatMap((operation) =>
        operation.parameters
          .filter((one) => one.in === "query")
          .flatMap(({ name }) => values.map((value) => ({ operation, name, value }))),
      );
    await overAll(
      cases,
      ({ operation, name, value }) => `${routeOf(operation)} ${name}=${value.slice(0, 30)}`,
      async ({ operation, name, value }) => {
        const required = requiredQuery(operation);
        const path = `${pathOf(operation)}${required ? `${required}&` : "?"}${name}=${value}`;
        const answer = await battery.school.owner("GET", path);
        if (value === "%00") expectPointer(answer, `?${name}`);
        else isSane(answer, value.slice(0, 30));
      },
    );
  }, 40_000);

  it("with dates that do not exist, turned around or too far apart are refused", async () => {
    for (const range of [
      "from=2026-02-30&to=2026-03-01",
      "from=2026-03-02&to=2026-03-01",
      "from=0000-01-01&to=9999-12-31",
      "from=2026-01-01",
      "from=2026-01-01T00:00:00Z&to=2026-01-02",
      "from=99999-01-01&to=99999-01-02",
    ]) {
      for (const report of ["funnel", "reasons"]) {
        isRefused(await battery.school.owner("GET", `/v1/statistics/${report}?${range}`), range);
      }
    }
  });
});

describe("credentials and strangers", () => {
  it("nobody can tell another tenant's thing from one that does not exist", async () => {
    const { other, school } = battery;
    const theirs: Record<string, string> = {
      channelId: other.channels.courier.id,
      sourceId: other.sourceId,
      apiKeyId: other.apiKeyId,
      memberId: other.memberIds.owner,
    };
    const touching = battery.operations.filter((op) => fillPath(op) !== fillPath(op, theirs));
    expect(touching.length).toBeGreaterThan(12);
    await overAll(touching, routeOf, async (op) => {
      const absent = await school.owner(op.method, fillPath(op), bodyOf(op));
      const foreign = await school.owner(op.method, fillPath(op, theirs), bodyOf(op));
      expectProblem(foreign, "not-found", 404);
      expect(withoutIds(foreign)).toEqual(withoutIds(absent));
    });
  });

  it.each([
    "Bearer",
    "Bearer ",
    "Bearer a b",
    "Basic dGVzdDp0ZXN0",
    "bearer x",
    `Bearer ${"x".repeat(8000)}`,
  ])("the authorization %j answers 401", async (authorization) => {
    const answer = await callAnonymously(battery.installation)("GET", "/v1/messages", undefined, {
      headers: { authorization },
    });
    expectProblem(answer, "unauthenticated", 401);
  });
});

function withoutIds(answer: Answer<unknown>): object {
  const { requestId: _, instance: __, ...rest } = answer.body as Record<string, unknown>;
  return { ...rest, detail: String(rest.detail).replace(/[a-z]{3}_[0-9a-z]{26}/g, "ID") };
}
