import { describe, expect, it } from "vitest";
import {
  callAnonymously,
  callWith,
  callWithKey,
  expectProblem,
  givenSchool,
  mustSucceed,
  until,
} from "../harness/index.ts";
import { expectPointer } from "../interface/battery.ts";
import {
  addInbox,
  arrived,
  callAsUser,
  countsOf,
  entriesOf,
  givenInboxScene,
  givenUser,
  installation,
  notice,
  SITE,
  school,
  sendTo,
  tokenFor,
} from "./inbox-scene.ts";

givenInboxScene();

const MUST_CONFIRM = { confirmation: "required" };
const ROUTES = [
  ["GET", "/v1/inbox/entries"],
  ["GET", "/v1/inbox/counts"],
  ["GET", "/v1/inbox/events"],
  ["POST", "/v1/inbox/readings"],
  ["PUT", "/v1/inbox/entries/dlv_0000000000000/reading"],
  ["PUT", "/v1/inbox/entries/dlv_0000000000000/confirmation"],
] as const;

describe("a user's own inbox", () => {
  it("lists the newest first, page by page, and by what is unread or to be confirmed", async () => {
    const userId = await givenUser();
    for (const title of ["一", "二", "三"]) await arrived(userId, { title });
    await arrived(userId, { title: "必读", ...MUST_CONFIRM });
    const call = await callAsUser(userId);
    const titles = async (query = "") => (await entriesOf(call, query)).map(({ title }) => title);
    expect(await titles()).toEqual(["必读", "三", "二", "一"]);
    const first = await call("GET", "/v1/inbox/entries?limit=3");
    const rest = await call("GET", `/v1/inbox/entries?limit=3&cursor=${first.body.nextCursor}`);
    expect(first.body.items).toHaveLength(3);
    expect(rest.body).toMatchObject({ items: [{ title: "一" }], nextCursor: null });
    await mustSucceed(call("PUT", `/v1/inbox/entries/${first.body.items[1].id}/reading`));
    expect(await titles("?filter=unread")).toEqual(["必读", "二", "一"]);
    expect(await titles("?filter=to_confirm")).toEqual(["必读"]);
    expect(await countsOf(call)).toEqual({ unreadCount: 3, toConfirmCount: 1 });
  });

  it("marks one and all as read, and once more changes nothing", async () => {
    const userId = await givenUser();
    const ids = [await arrived(userId), await arrived(userId), await arrived(userId)];
    const call = await callAsUser(userId);
    const [entry] = await entriesOf(call);
    const read = await mustSucceed<{ readAt: string }>(call("PUT", `/v1/inbox/entries/${entry?.id}/reading`));
    const again = await mustSucceed<{ readAt: string }>(
      call("PUT", `/v1/inbox/entries/${entry?.id}/reading`),
    );
    expect(again.readAt).toBe(read.readAt);
    expect((await call("POST", "/v1/inbox/readings")).body).toEqual({
      readCount: 2,
      unreadCount: 0,
      toConfirmCount: 0,
    });
    expect((await call("POST", "/v1/inbox/readings")).body.readCount).toBe(0);
    for (const id of ids) expect((await school.timelineOf(id)).readAt).not.toBeNull();
    const timeline = (await school.timelineOf(ids[0] ?? "")).timeline.filter(
      ({ kind }) => kind === "receipt",
    );
    expect(timeline).toMatchObject([{ type: "read", code: "inbox_read" }]);
  });

  it("is confirmed where an entry asks for it; the sender sees who has and who has not", async () => {
    const userIds = [await givenUser(), await givenUser(), await givenUser()];
    const id = await sendTo(userIds, notice(MUST_CONFIRM));
    await school.completed(id);
    const call = await callAsUser(userIds[1] ?? "");
    const [entry] = await entriesOf(call);
    const confirmed = await mustSucceed(call("PUT", `/v1/inbox/entries/${entry?.id}/confirmation`));
    expect(confirmed).toMatchObject({ readAt: expect.any(String), confirmedAt: expect.any(String) });
    expect(await mustSucceed(call("PUT", `/v1/inbox/entries/${entry?.id}/confirmation`))).toEqual(confirmed);
    expect(await countsOf(call)).toEqual({ unreadCount: 0, toConfirmCount: 0 });
    const path = `/v1/messages/${id}/confirmations`;
    expect((await school.source("GET", path)).body).toMatchObject({ requiredCount: 3, confirmedCount: 1 });
    const named = async (query: string) =>
      (await school.operator("GET", path + query)).body.items.map(
        ({ user }: { user: { userId: string } }) => user.userId,
      );
    expect((await named("?state=pending")).sort()).toEqual([userIds[0], userIds[2]].sort());
    expect(await named("?state=confirmed")).toEqual([userIds[1]]);
    const page = await school.operator("GET", `${path}?limit=2`);
    expect((await named(`?limit=2&cursor=${page.body.nextCursor}`)).length).toBe(1);
    const receipts = (await school.deliveriesOf(id)).filter(({ readAt }) => readAt !== null);
    expect(receipts).toHaveLength(1);
  });

  it("asks for no confirmation where the entry does not", async () => {
    const userId = await givenUser();
    await arrived(userId);
    const call = await callAsUser(userId);
    const [entry] = await entriesOf(call);
    const answer = await call("PUT", `/v1/inbox/entries/${entry?.id}/confirmation`);
    expectProblem(answer, "nothing-to-confirm", 409);
  });

  it("says what is wrong with a request", async () => {
    const call = await callAsUser(await givenUser());
    for (const limit of ["0", "101", "x", "%00"]) {
      expectPointer(await call("GET", `/v1/inbox/entries?limit=${limit}`), "?limit");
    }
    expectPointer(await call("GET", "/v1/inbox/entries?filter=some"), "?filter");
    for (const cursor of ["x", "MTIz", Buffer.from("1 dlv_x").toString("base64url")]) {
      expectPointer(await call("GET", `/v1/inbox/entries?cursor=${cursor}`), "?cursor");
    }
    expect((await call("PUT", "/v1/inbox/entries/nothing/reading")).status).toBe(422);
    expectProblem(await call("PUT", "/v1/inbox/entries/dlv_0000000000000/reading"), "not-found", 404);
    expectProblem(await call("DELETE", "/v1/inbox/counts"), "method-not-allowed", 405);
  });

  it("is closed for a while to who is in too much of a hurry", async () => {
    const call = await callAsUser(await givenUser());
    const answers = await Promise.all(Array.from({ length: 100 }, () => call("GET", "/v1/inbox/counts")));
    const refused = answers.find(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(60);
    if (!refused) throw new Error("nobody was refused");
    expectProblem(refused, "too-many-requests", 429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  });
});

describe("what a token does not open", () => {
  it.each(ROUTES)("%s %s without a token, or with a wrong one", async (method, path) => {
    const anonymous = callAnonymously(installation);
    const token = await tokenFor(await givenUser());
    const forged = `${token.slice(0, 60)}${token[60] === "A" ? "B" : "A"}${token.slice(61)}`;
    for (const authorization of [
      undefined,
      "Bearer",
      "Bearer x",
      "Basic x",
      `Bearer ${school.apiKey}`,
      `Bearer ${forged}`,
    ]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      expectProblem(await anonymous(method, path, undefined, { headers }), "unauthenticated", 401);
    }
    expectProblem(await school.owner(method, path), "unauthenticated", 401);
  });

  it("anything but the inbox", async () => {
    const call = await callAsUser(await givenUser());
    for (const path of ["/v1/users", "/v1/messages", "/v1/me"])
      expect((await call("GET", path)).status).toBe(401);
    expect((await call("POST", "/v1/inbox/tokens", { userId: "x" })).status).toBe(401);
  });

  it("another user's entries, another channel's, or another tenant's", async () => {
    const [mine, theirs] = [await givenUser(), await givenUser()];
    const messageId = await arrived(theirs, MUST_CONFIRM);
    const delivery = await school.timelineOf(messageId);
    const other = await givenSchool(installation, "邻校");
    await addInbox(other);
    await other.addUsers([{ userId: theirs }]);
    await addInbox(school, "second");
    const second = callWithKey(installation, await tokenFor(theirs, { channel: "second" }));
    for (const call of [
      callWithKey(installation, await tokenFor(mine, { channel: "inbox" })),
      second,
      callWithKey(installation, await tokenFor(theirs, {}, other)),
    ]) {
      expect(await entriesOf(call)).toEqual([]);
      expect(await countsOf(call)).toEqual({ unreadCount: 0, toConfirmCount: 0 });
      expect((await call("PUT", `/v1/inbox/entries/${delivery.id}/reading`)).status).toBe(404);
      expect((await call("PUT", `/v1/inbox/entries/${delivery.id}/confirmation`)).status).toBe(404);
      expect((await call("POST", "/v1/inbox/readings")).body.readCount).toBe(0);
    }
    expect((await school.timelineOf(messageId)).readAt).toBeNull();
    expect((await other.owner("GET", `/v1/messages/${messageId}/confirmations`)).status).toBe(404);
    const { id } = (await school.owner("GET", "/v1/channels")).body.items.find(
      ({ code }: { code: string }) => code === "second",
    );
    await mustSucceed(school.owner("DELETE", `/v1/channels/${id}`));
    await until(async () => (await second("GET", "/v1/inbox/counts")).status === 401);
  });

  it("an inbox whose time is over, or whose ground is gone", async () => {
    const there = await givenSchool(installation, "远方学校");
    const channelId = await addInbox(there);
    const call = await callAsUser(await givenUser(there), there);
    expect((await call("GET", "/v1/inbox/counts")).status).toBe(200);
    const grant = `/v1/sources/${there.sourceId}/channels/${channelId}`;
    await mustSucceed(there.owner("DELETE", grant));
    await until(async () => (await call("GET", "/v1/inbox/counts")).status === 401);
    await mustSucceed(there.owner("PUT", grant));
    await until(async () => (await call("GET", "/v1/inbox/counts")).status === 200);
    await mustSucceed(there.owner("PATCH", `/v1/sources/${there.sourceId}`, { state: "off" }));
    await until(async () => (await call("GET", "/v1/inbox/counts")).status === 401);
  });
});

describe("a token", () => {
  it("is given to the source for its own users, and to nobody else", async () => {
    const userId = await givenUser();
    const answer = await school.source("POST", "/v1/inbox/tokens", { userId, expiresInSeconds: 60 });
    expect(answer.status).toBe(201);
    const leftMs = new Date(answer.body.expiresAt).getTime() - Date.now();
    expect(leftMs).toBeGreaterThan(50_000);
    expect(leftMs).toBeLessThanOrEqual(60_000);
    expectProblem(await school.owner("POST", "/v1/inbox/tokens", { userId }), "forbidden", 403);
    expectProblem(await school.source("POST", "/v1/inbox/tokens", { userId: "nobody" }), "not-found", 404);
    const other = await givenSchool(installation, "邻校");
    expectPointer(await other.source("POST", "/v1/inbox/tokens", { userId }), "/channel");
    await addInbox(other);
    expectProblem(await other.source("POST", "/v1/inbox/tokens", { userId }), "not-found", 404);
  });

  it("names a channel where there are several, one that has inboxes and that the source may use", async () => {
    const there = await givenSchool(installation, "两个信箱");
    await addInbox(there, "a");
    await addInbox(there, "b");
    const userId = await givenUser(there);
    const ask = (body: object) => there.source("POST", "/v1/inbox/tokens", { userId, ...body });
    expectPointer(await ask({}), "/channel");
    expect((await ask({ channel: "b" })).status).toBe(201);
    for (const channel of ["courier", "absent"]) expectPointer(await ask({ channel }), "/channel");
    for (const [body, pointer] of [
      [{ expiresInSeconds: 59 }, "/expiresInSeconds"],
      [{ expiresInSeconds: 86_401 }, "/expiresInSeconds"],
      [{ channel: "x y" }, "/channel"],
      [{ userId: "" }, "/userId"],
      [{ userId: "x".repeat(65) }, "/userId"],
    ] as const) {
      expectPointer(await ask(body), pointer);
    }
  });
});

describe("browsers on other sites", () => {
  const from = async (origin: string, userId: string) =>
    callWith(installation, {
      origin,
      authorization: `Bearer ${await tokenFor(userId, { channel: "inbox" })}`,
    });

  it("may read where the channel lists the site, and learn that their token is over", async () => {
    const call = await from(SITE, await givenUser());
    const answer = await call("GET", "/v1/inbox/counts");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(SITE);
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    expect(answer.headers.get("vary")).toContain("origin");
    const over = await callWith(installation, { origin: SITE, authorization: "Bearer tdi_x" })(
      "GET",
      "/v1/inbox/counts",
    );
    expect(over.status).toBe(401);
    expect(over.headers.get("access-control-allow-origin")).toBe(SITE);
  });

  it("are turned away where it does not, and do nothing there", async () => {
    const userId = await givenUser();
    const id = await arrived(userId);
    const evil = await from("https://evil.example", userId);
    for (const [method, path] of ROUTES) {
      const answer = await evil(method, path);
      expectProblem(answer, "origin-not-allowed", 403);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
    expect((await school.timelineOf(id)).readAt).toBeNull();
    const similar = await from(`${SITE}.evil.example`, userId);
    expect((await similar("GET", "/v1/inbox/counts")).status).toBe(403);
    const own = await from(new URL(installation.publicUrl).origin, userId);
    expect((await own("GET", "/v1/inbox/counts")).status).toBe(200);
  });

  it("are told before the request what they may send, and never to ask for tokens", async () => {
    const ask = (path: string) =>
      callWith(installation, { origin: SITE, "access-control-request-method": "PUT" })("OPTIONS", path);
    const answer = await ask("/v1/inbox/entries/dlv_0000000000000/reading");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(answer.headers.get("access-control-allow-methods")).toBe("GET, POST, PUT");
    const tokens = await ask("/v1/inbox/tokens");
    expect(tokens.headers.get("access-control-allow-origin")).toBeNull();
  });
});
