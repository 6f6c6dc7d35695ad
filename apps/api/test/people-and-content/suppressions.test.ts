import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SOURCE_PERMISSIONS } from "../../src/platform/authorization/index.ts";
import { startContentApp } from "./fixture.ts";

let app: Awaited<ReturnType<typeof startContentApp>>;
beforeAll(async () => {
  app = await startContentApp();
});
afterAll(() => app.stop());

const PHONE = "15212343124";
const sms = (address: string, rest: object = {}) => ({ kind: "sms", address, ...rest });

interface Entry {
  id: string;
  address: string | null;
  user: { userId: string; name: string | null } | null;
  origin: string;
  note: string | null;
  by: { kind: string; name: string | null };
}
interface EntryPage {
  items: Entry[];
  nextCursor: string | null;
}

async function givenTenant() {
  const tenant = await app.makeTenant();
  await tenant.admin.call("POST", "/users", {
    userId: "u-1",
    name: "张三",
    identities: [{ kind: "sms", address: PHONE }],
  });
  return tenant;
}

describe("a suppression", () => {
  it("is saved once however the number is written, and the later one replaces the earlier", async () => {
    const { admin } = await givenTenant();
    const first = await admin.call<Entry>("POST", "/suppressions", sms(PHONE, { note: "甲" }));
    expect(first).toMatchObject({ status: 201, body: { by: { kind: "member", name: "Admin" } } });
    const again = await admin.call<Entry>("POST", "/suppressions", sms(PHONE, { note: "乙" }));
    expect(again.body).toMatchObject({ id: first.body.id, note: "乙" });
    const { body } = await admin.call<EntryPage>("GET", "/suppressions");
    expect(body.items).toHaveLength(1);
  });

  it.each([
    [{}, "/userId"],
    [{ userId: "u-1", kind: "sms", address: PHONE }, "/userId"],
    [{ address: PHONE }, "/kind"],
    [{ userId: "nobody" }, "/userId"],
    [{ kind: "sms", address: "12" }, "/address"],
    [{ kind: "sms", address: "@x.example" }, "/address"],
    [{ kind: "fax", address: "1" }, "/kind"],
    [{ userId: "u-1", kind: "fax" }, "/kind"],
    [{ userId: "u-1", sourceId: "src_00000000000000000000000000" }, "/sourceId"],
    [{ userId: "u-1", expiresAt: "2020-01-01T00:00:00Z" }, "/expiresAt"],
  ])("is refused where it names nobody, or nothing that is: %j", async (body, pointer) => {
    const { admin } = await givenTenant();
    const answer = await admin.call("POST", "/suppressions", body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it("may stand for a domain where addresses end in one", async () => {
    const { admin } = await givenTenant();
    const { status, body } = await admin.call<Entry>("POST", "/suppressions", {
      kind: "email",
      address: "@x.example",
    });
    expect([status, body.address]).toEqual([201, "@x.example"]);
  });

  it("is added by the thousand, where a wrong one fails alone and one named twice is one", async () => {
    const { admin, rows } = await givenTenant();
    const many = Array.from({ length: 997 }, (_, index) => sms(`138${String(index).padStart(8, "0")}`));
    const suppressions = [sms("no"), { userId: "u-1" }, ...many, sms("13800000000")];
    const { status, body } = await admin.call("POST", "/suppression-imports", { suppressions });
    expect(status).toBe(200);
    const statuses = body.items.map((item: { status: string }) => item.status);
    expect(statuses.slice(0, 2)).toEqual(["failed", "created"]);
    expect(statuses.filter((one: string) => one === "failed")).toHaveLength(1);
    const [count] = await rows<{ count: number }>("select count(*)::int as count from suppressions");
    expect(count?.count).toBe(998);
    const [audited] = await rows<{ count: number }>(
      "select count(*)::int as count from audit_entries where action = 'suppression.created'",
    );
    expect(audited?.count).toBe(998);
  });

  it("is found by user, by address, by filter and page by page", async () => {
    const { admin } = await givenTenant();
    for (const entry of [
      { userId: "u-1", origin: "unsubscribed" },
      sms(PHONE, { origin: "hard_bounce", expiresAt: "2099-01-01T00:00:00Z" }),
      sms("13900000001"),
    ]) {
      await admin.call("POST", "/suppressions", entry);
    }
    const find = async (query: string) =>
      (await admin.call<EntryPage>("GET", `/suppressions?${query}`)).body.items.map(({ origin }) => origin);
    expect(await find("query=u-1")).toEqual(["unsubscribed"]);
    expect(await find(`query=${PHONE}`)).toEqual(["hard_bounce"]);
    expect(await find(`query=%2B86${PHONE}`)).toEqual(["hard_bounce"]);
    expect(await find("userId=u-1")).toEqual(["hard_bounce", "unsubscribed"]);
    expect(await find("origin=manual")).toEqual(["manual"]);
    expect(await find("kind=sms&state=active")).toEqual(["manual", "hard_bounce"]);
    expect(await find("state=expired")).toEqual([]);
    const page = await admin.call<EntryPage>("GET", "/suppressions?limit=2");
    const rest = await admin.call<EntryPage>("GET", `/suppressions?limit=2&cursor=${page.body.nextCursor}`);
    expect([page.body.items.length, rest.body.items.length, rest.body.nextCursor]).toEqual([2, 1, null]);
  });

  it("answers who is suppressed: a user also by its addresses, and no longer once deleted", async () => {
    const { admin } = await givenTenant();
    const { body: entry } = await admin.call<Entry>("POST", "/suppressions", sms(`+86${PHONE}`.slice(3)));
    const look = async (body: object) =>
      (await admin.call<{ items: Entry[] }>("POST", "/suppression-lookups", body)).body.items.map(
        ({ id }) => id,
      );
    expect(await look({ userId: "u-1" })).toEqual([entry.id]);
    expect(await look({ userId: "u-1", kind: "email" })).toEqual([]);
    expect(await look(sms(PHONE))).toEqual([entry.id]);
    await admin.call("DELETE", `/suppressions/${entry.id}`);
    expect(await look({ userId: "u-1" })).toEqual([]);
  });

  it("outlives its user, who stays suppressed when the same comes again", async () => {
    const { admin } = await givenTenant();
    await admin.call("POST", "/suppressions", { userId: "u-1", origin: "unsubscribed" });
    await admin.call("DELETE", "/users/u-1");
    const gone = await admin.call<EntryPage>("GET", "/suppressions?query=u-1");
    expect(gone.body.items).toMatchObject([{ user: { userId: "u-1", name: null } }]);
    await admin.call("POST", "/users", { userId: "u-1", name: "李四" });
    const back = await admin.call<EntryPage>("GET", "/suppressions?query=u-1");
    expect(back.body.items).toMatchObject([{ user: { userId: "u-1", name: "李四" } }]);
  });

  it("shows addresses in clear only to who may change users, and never in the audit log", async () => {
    const { admin, makeMember, makeRole, rows } = await givenTenant();
    const { body: entry } = await admin.call<Entry>("POST", "/suppressions", sms(PHONE));
    const reader = await makeMember("Reader", await makeRole("reader"), [
      { action: "read", subject: "Suppression" },
    ]);
    const seen = await reader.call<EntryPage>("GET", "/suppressions");
    expect(seen.body.items).toMatchObject([{ address: "152****3124" }]);
    expect(entry.address).toBe(PHONE);
    await admin.call("DELETE", `/suppressions/${entry.id}`);
    const audit = await rows<{ action: string; text: string }>(
      "select action, to_jsonb(a)::text as text from audit_entries a where action like 'suppression.%' order by id",
    );
    expect(audit.map(({ action }) => action)).toEqual(["suppression.created", "suppression.deleted"]);
    expect(audit.some(({ text }) => text.includes(PHONE))).toBe(false);
  });

  it("lets a source speak for itself: it sees the tenant's and its own, and changes its own", async () => {
    const { admin, makeSource, callerOf, tenantId } = await givenTenant();
    const [a, b] = [await makeSource("a"), await makeSource("b")];
    const source = callerOf(tenantId, { kind: "source", id: a, name: "a" }, SOURCE_PERMISSIONS);
    const { body: ofTenant } = await admin.call<Entry>("POST", "/suppressions", { userId: "u-1" });
    await admin.call("POST", "/suppressions", sms(PHONE, { sourceId: b }));
    const own = await source.call<Entry>("POST", "/suppressions", sms(PHONE));
    expect(own).toMatchObject({
      status: 201,
      body: { source: { id: a }, by: { kind: "source", name: "a" } },
    });
    expect((await source.call("POST", "/suppressions", sms(PHONE, { sourceId: b }))).status).toBe(422);
    const seen = await source.call<EntryPage>("GET", "/suppressions");
    expect(seen.body.items.map(({ id }) => id)).toEqual([own.body.id, ofTenant.id]);
    expect((await source.call("DELETE", `/suppressions/${ofTenant.id}`)).status).toBe(403);
    expect((await source.call("DELETE", `/suppressions/${own.body.id}`)).status).toBe(204);
  });
});

describe("a recipient list", () => {
  async function givenList() {
    const tenant = await givenTenant();
    const { body } = await tenant.admin.call("POST", "/recipient-lists", { name: "毕业班", note: "家长" });
    return { ...tenant, path: `/recipient-lists/${body.id}` as const };
  }

  it("takes each recipient once, counts them, and says what it could not take", async () => {
    const { admin, path } = await givenList();
    const entries = [
      { userId: "u-1" },
      sms(PHONE),
      sms(PHONE),
      { userId: "nobody" },
      { kind: "sms" },
      { userId: "u-1", kind: "sms" },
    ];
    const added = await admin.call("POST", `${path}/entries`, { entries });
    expect(added).toMatchObject({ status: 200, body: { addedCount: 2, knownCount: 1 } });
    expect(added.body.failed.map(({ index }: { index: number }) => index)).toEqual([3, 4, 5]);
    expect((await admin.call("GET", path)).body).toMatchObject({ name: "毕业班", entryCount: 2 });
    const again = await admin.call("POST", `${path}/entries`, { entries: [{ userId: "u-1" }] });
    expect(again.body).toEqual({ addedCount: 0, knownCount: 1, failed: [] });
  });

  it("gives entries up by whom they are about, or by their own id", async () => {
    const { admin, path } = await givenList();
    await admin.call("POST", `${path}/entries`, {
      entries: [{ userId: "u-1" }, sms(PHONE), sms("13900000001")],
    });
    const { body: page } = await admin.call("GET", `${path}/entries?query=13900000001`);
    const removal = [{ userId: "u-1" }, sms(`${PHONE}`), { id: page.items[0].id }, { userId: "nobody" }];
    const { body } = await admin.call("POST", `${path}/entries/removal`, { entries: removal });
    expect(body).toEqual({ removedCount: 3 });
    expect((await admin.call("GET", path)).body.entryCount).toBe(0);
    expect((await admin.call("GET", `${path}/entries`)).body.items).toEqual([]);
  });

  it("holds a hundred thousand entries and no more", async () => {
    const { admin, path, rows } = await givenList();
    await rows("update recipient_lists set entry_count = 99999");
    expect(
      await admin.call("POST", `${path}/entries`, { entries: [{ userId: "u-1" }, sms(PHONE)] }),
    ).toMatchObject({
      status: 409,
      body: { code: "recipient-list-full", limit: 100_000 },
    });
    const { body } = await admin.call("POST", `${path}/entries`, { entries: [sms(PHONE)] });
    expect(body.addedCount).toBe(1);
  });

  it("has a name of its own, is counted by the quota, and gives it back", async () => {
    const { admin, path, rows } = await givenList();
    expect(await admin.call("POST", "/recipient-lists", { name: "毕业班" })).toMatchObject({
      status: 409,
      body: { code: "recipient-list-not-unique" },
    });
    await rows(`update quotas set "limit" = 1 where kind = 'recipient_lists'`);
    const full = await admin.call("POST", "/recipient-lists", { name: "另一个" });
    expect(full).toMatchObject({ status: 409, body: { code: "quota-exceeded", quota: "recipient_lists" } });
    expect((await admin.call("PUT", path, { name: "新名字" })).body).toMatchObject({
      name: "新名字",
      note: null,
    });
    expect((await admin.call("DELETE", path)).status).toBe(204);
    expect((await admin.call("POST", "/recipient-lists", { name: "另一个" })).status).toBe(201);
  });
});
