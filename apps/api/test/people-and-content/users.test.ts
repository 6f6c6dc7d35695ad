import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startContentApp } from "./fixture.ts";

let app: Awaited<ReturnType<typeof startContentApp>>;
beforeAll(async () => {
  app = await startContentApp();
});
afterAll(() => app.stop());

interface UserPage {
  items: { userId: string }[];
  nextCursor: string | null;
}

const PHONE = "15212343124";
const mail = (address: string) => ({ kind: "email", address });

describe("saving a user", () => {
  it("creates one that is not there, and completes it later without erasing what is left out", async () => {
    const { admin } = await app.makeTenant();
    const created = await admin.call("PUT", "/users/2024@x:1", { identities: [mail("z@example.cn")] });
    expect(created).toMatchObject({ status: 200, body: { userId: "2024@x:1", name: "2024@x:1", tags: [] } });
    await admin.call("PUT", "/users/2024@x:1", {
      name: "张三",
      attributes: { grade: 3, room: "A" },
      tags: ["家长"],
    });
    const { body } = await admin.call("PUT", "/users/2024@x:1", {
      identities: [{ kind: "sms", address: PHONE }],
      attributes: { room: null },
    });
    expect(body).toMatchObject({ name: "张三", attributes: { grade: 3 }, tags: ["家长"] });
    expect(body.attributes).not.toHaveProperty("room");
    expect(body.identities.map((identity: { kind: string }) => identity.kind).sort()).toEqual([
      "email",
      "sms",
    ]);
  });

  it("refuses to create a user twice", async () => {
    const { admin } = await app.makeTenant();
    const user = { userId: "1", name: "张三" };
    expect((await admin.call("POST", "/users", user)).status).toBe(201);
    expect(await admin.call("POST", "/users", user)).toMatchObject({
      status: 409,
      body: { code: "user-not-unique", errors: [{ pointer: "/userId" }] },
    });
  });

  it("points at addresses and kinds that no plugin takes", async () => {
    const { admin } = await app.makeTenant();
    const { status, body } = await admin.call("POST", "/users", {
      userId: "1",
      name: "张三",
      identities: [mail("nobody"), { kind: "fax", address: "1" }],
    });
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      "/identities/0/address",
      "/identities/1/kind",
    ]);
  });

  it("makes one user of many that are created at once, and counts it once", async () => {
    const { admin, rows } = await app.makeTenant();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        admin.call("PUT", "/users/1", { attributes: { [`a${index}`]: index } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const { body } = await admin.call("GET", "/users/1");
    expect(Object.keys(body.attributes)).toHaveLength(6);
    expect(await rows("select used from quotas where kind = 'users'")).toEqual([{ used: "1" }]);
  });

  it("binds identities to a source or channel, and to nothing of another tenant", async () => {
    const { admin, makeSource, makeChannel } = await app.makeTenant();
    const other = await app.makeTenant();
    const sourceId = await makeSource("Fees");
    const channelId = await makeChannel("SMS", "sms", "acme/sms");
    await admin.call("POST", "/users", { userId: "1", name: "张三" });
    const set = (scope: object) => admin.call("PUT", "/users/1/identities/sms", { address: PHONE, scope });
    expect((await set({ kind: "source", sourceId })).status).toBe(200);
    expect((await set({ kind: "channel", channelId })).body.identities).toHaveLength(2);
    expect(await set({ kind: "source", sourceId: await other.makeSource("Fees") })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/scope/sourceId", code: "unknown_source" }] },
    });
    expect((await admin.call("DELETE", `/users/1/identities/sms?sourceId=${sourceId}`)).status).toBe(204);
    expect((await admin.call("DELETE", `/users/1/identities/sms?sourceId=${sourceId}`)).status).toBe(404);
    expect((await admin.call("GET", "/users/1")).body.identities).toHaveLength(1);
  });

  it("keeps a source from binding identities to another source", async () => {
    const { tenantId, makeSource, callerOf } = await app.makeTenant();
    const [own, other] = [await makeSource("Own"), await makeSource("Other")];
    const source = callerOf(tenantId, { kind: "source", id: own, name: "Own" });
    const save = (sourceId: string) =>
      source.call("PUT", "/users/1", {
        identities: [{ kind: "sms", address: PHONE, scope: { kind: "source", sourceId } }],
      });
    expect((await save(own)).status).toBe(200);
    expect(await save(other)).toMatchObject({ status: 422, body: { errors: [{ code: "another_source" }] } });
  });
});

describe("saving many users", () => {
  it("answers in order, and a wrong one fails alone", async () => {
    const { admin } = await app.makeTenant();
    await admin.call("POST", "/users", { userId: "2", name: "李四" });
    const { status, body } = await admin.call("POST", "/users/bulk", {
      users: [
        { userId: "1", name: "张三", tags: ["家长"] },
        { userId: "2", identities: [mail("l@example.cn")] },
        { userId: "not an id" },
        { userId: "3", identities: [mail("nobody")] },
        { userId: "1", name: "again" },
        "what?",
        { userId: "4" },
      ],
    });
    expect(status).toBe(200);
    expect(body.items.map((item: { index: number; status: string }) => [item.index, item.status])).toEqual([
      [0, "created"],
      [1, "updated"],
      [2, "failed"],
      [3, "failed"],
      [4, "failed"],
      [5, "failed"],
      [6, "created"],
    ]);
    expect(body.items[3].errors[0].pointer).toBe("/identities/0/address");
    expect((await admin.call("GET", "/users")).body.items).toHaveLength(3);
  });

  it("creates as many as the quota allows and says so of the others", async () => {
    const { admin, rows } = await app.makeTenant();
    await admin.call("POST", "/users", { userId: "0", name: "first" });
    await rows(`update quotas set "limit" = 3 where kind = 'users'`);
    const users = ["1", "2", "3", "0"].map((userId) => ({ userId, name: userId }));
    const { body } = await admin.call("POST", "/users/bulk", { users });
    expect(body.items.map((item: { status: string }) => item.status)).toEqual([
      "created",
      "created",
      "failed",
      "updated",
    ]);
    expect(body.items[2].errors[0].code).toBe("quota-exceeded");
    expect((await admin.call("DELETE", "/users/1")).status).toBe(204);
    expect(await rows("select used from quotas where kind = 'users'")).toEqual([{ used: "2" }]);
  });

  it("keeps the quota exact while users come and go at once", async () => {
    const { admin, rows } = await app.makeTenant();
    const bulk = (offset: number) =>
      admin.call("POST", "/users/bulk", {
        users: Array.from({ length: 20 }, (_, index) => ({
          userId: `u${(index * 7 + offset * 3) % 20}`,
          name: "u",
          tags: [`t${index % 3}`],
        })),
      });
    const removals = Array.from({ length: 10 }, (_, index) => admin.call("DELETE", `/users/u${index}`));
    const answers = await Promise.all([...[0, 1, 2, 3, 4].map(bulk), ...removals]);
    expect(answers.every(({ status }) => [200, 204, 404].includes(status))).toBe(true);
    const [quota] = await rows<{ used: string }>("select used from quotas where kind = 'users'");
    const [users] = await rows<{ count: string }>("select count(*) from users");
    expect(quota?.used).toBe(users?.count);
  });
});

describe("reading users", () => {
  it("masks addresses for who may not change them", async () => {
    const { admin, makeMember, makeRole } = await app.makeTenant();
    const reader = await makeMember("Reader", await makeRole("reader"), [
      { action: "read", subject: "User" },
    ]);
    await admin.call("PUT", "/users/1", { identities: [{ kind: "sms", address: PHONE }] });
    const addressIn = (body: { identities: { address: string }[] }) => body.identities[0]?.address;
    expect(addressIn((await reader.call("GET", "/users/1")).body)).toBe("152****3124");
    expect(addressIn((await reader.call("GET", "/users")).body.items[0])).toBe("152****3124");
    expect(addressIn((await admin.call("GET", "/users/1")).body)).toBe(PHONE);
    expect((await reader.call("PUT", "/users/1", {})).status).toBe(403);
  });

  it("finds by the beginning of name or id, by exact address, and by tag name or id", async () => {
    const { admin } = await app.makeTenant();
    await admin.call("POST", "/users/bulk", {
      users: [
        { userId: "a1", name: "张三", identities: [{ kind: "sms", address: PHONE }], tags: ["家长"] },
        { userId: "a2", name: "张四" },
        { userId: "b1", name: "100%" },
      ],
    });
    const tagId = (await admin.call("GET", "/tags")).body.items[0].id;
    const found = async (query: string) =>
      (await admin.call("GET", `/users?${query}`)).body.items.map((user: { userId: string }) => user.userId);
    expect(await found(`query=${encodeURIComponent("张")}`)).toEqual(["a1", "a2"]);
    expect(await found("query=b")).toEqual(["b1"]);
    expect(await found("query=%25")).toEqual([]);
    expect(await found(`query=${PHONE}`)).toEqual(["a1"]);
    expect(await found(`query=${PHONE.slice(0, 5)}`)).toEqual([]);
    expect(await found(`tag=${encodeURIComponent("家长")}`)).toEqual(["a1"]);
    expect(await found(`tag=${tagId}`)).toEqual(["a1"]);
  });

  it("pages through all users without a gap", async () => {
    const { admin } = await app.makeTenant();
    const users = Array.from({ length: 5 }, (_, index) => ({ userId: `u${index}`, name: "u" }));
    await admin.call("POST", "/users/bulk", { users });
    const seen: string[] = [];
    let next = "/users?limit=2";
    while (next) {
      const { body } = await admin.call<UserPage>("GET", next);
      seen.push(...body.items.map((user) => user.userId));
      next = body.nextCursor === null ? "" : `/users?limit=2&cursor=${body.nextCursor}`;
    }
    expect(seen.sort()).toEqual(["u0", "u1", "u2", "u3", "u4"]);
  });

  it("knows nothing of another tenant's users", async () => {
    const { admin } = await app.makeTenant();
    const { admin: stranger } = await app.makeTenant();
    await admin.call("POST", "/users", { userId: "1", name: "张三" });
    expect((await stranger.call("GET", "/users/1")).status).toBe(404);
    expect((await stranger.call("DELETE", "/users/1")).status).toBe(404);
    expect((await stranger.call("GET", "/users")).body.items).toEqual([]);
  });
});

describe("the audit log", () => {
  it("tells what happened to users and tags, and never an address in clear", async () => {
    const { admin, rows } = await app.makeTenant();
    await admin.call("PUT", "/users/1", { identities: [{ kind: "sms", address: PHONE }], tags: ["家长"] });
    await admin.call("PUT", "/users/1", { name: "张三" });
    await admin.call("PUT", "/users/1", { name: "张三" });
    await admin.call("DELETE", "/users/1");
    const entries = await rows<{ action: string }>(
      "select action, before, after from audit_entries order by id",
    );
    expect(entries.map((entry) => entry.action)).toEqual([
      "tag.created",
      "user.created",
      "user.updated",
      "user.deleted",
    ]);
    expect(JSON.stringify(entries)).not.toContain(PHONE);
    expect(JSON.stringify(entries)).toContain("152****3124");
  });
});

describe("tags", () => {
  it("are counted, renamed and taken off their users", async () => {
    const { admin } = await app.makeTenant();
    await admin.call("PUT", "/users/1", { tags: ["家长", "一年级"] });
    await admin.call("PUT", "/users/2", { tags: ["家长"] });
    const { body } = await admin.call("GET", "/tags");
    const counts = body.items.map((tag: { name: string; userCount: number }) => [tag.name, tag.userCount]);
    expect(new Map(counts)).toEqual(
      new Map([
        ["家长", 2],
        ["一年级", 1],
      ]),
    );
    const parents = body.items.find((tag: { name: string }) => tag.name === "家长");
    expect(await admin.call("PATCH", `/tags/${parents.id}`, { name: "一年级" })).toMatchObject({
      status: 409,
      body: { code: "tag-not-unique" },
    });
    expect((await admin.call("PATCH", `/tags/${parents.id}`, { name: "监护人" })).body.userCount).toBe(2);
    expect((await admin.call("DELETE", `/tags/${parents.id}`)).status).toBe(204);
    expect((await admin.call("GET", "/users/1")).body.tags).toEqual(["一年级"]);
  });
});
