import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createAudienceFileSweeper } from "../../src/modules/audience-files/index.ts";
import { XLSX } from "../../src/platform/spreadsheet/index.ts";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

const PUPILS = 25_000;

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
}, 60_000);
afterAll(() => installation?.stop());
afterEach(async () => {
  await expectNothingLost(installation);
  installation.vendor.reset();
});

const upload = (query: string, rawBody: string | Uint8Array, type = "text/csv", as = school.source) =>
  as("POST", `/v1/audience-files?${query}`, undefined, { rawBody, headers: { "content-type": type } });
const uploaded = async (query: string, file: string) =>
  mustSucceed<{ id: string; rowCount: number }>(upload(query, file));

/** Users with a device each, past the API: it is the file that is looked at. */
async function addMany(count: number): Promise<void> {
  const tenant = toUuid("tenant", school.tenantId);
  await installation.books.transaction(
    async ({ sql }) => {
      await sql`insert into users (tenant_id, id, external_id, name)
        select ${tenant}, gen_random_uuid(), 'm-' || n, 'M' from generate_series(1, ${count}::int) n`;
      await sql`insert into identities (tenant_id, id, user_id, kind, address, scope)
        select ${tenant}, gen_random_uuid(), id, 'push', external_id, 'all' from users
        where tenant_id = ${tenant} and external_id like 'm-%' and substr(external_id, 3)::int % 100 = 0`;
    },
    { deadlineMs: 15_000, statementTimeoutMs: 15_000 },
  );
}

describe("a large file", () => {
  it("is covered slice by slice: every row once, whoever is not known with the reason", async () => {
    await addMany(PUPILS);
    const lines = Array.from({ length: PUPILS + 500 }, (_, index) => `m-${index + 1},第${index + 1}行`);
    const file = await uploaded(
      "name=all.csv",
      ["userId,content", ...lines, ...lines.slice(0, 10)].join("\n"),
    );
    expect(file).toMatchObject({ rowCount: PUPILS + 500, duplicateCount: 10, badCount: 0 });
    const id = await school.send({
      ...messageTo({ kind: "file", fileId: file.id }, ["courier"]),
      variables: {},
    });
    await school.completed(id, 60_000);
    const { counts } = await school.message(id);
    expect(counts).toMatchObject({
      targeted: PUPILS + 500,
      valid: 250,
      submitted: 250,
      suppressed: PUPILS + 250,
    });
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
    expect(installation.vendor.effects.size).toBe(250);
    const texts = installation.vendor.calls.flatMap(({ body }) =>
      JSON.parse(body).items.map((item: { text: string }) => item.text),
    );
    expect(texts).toContain("第25000行");
  });
});

describe("a file of users with several addresses", () => {
  it("reaches each at the narrowest that counts, through one channel as through two", async () => {
    const { sourceId, channels } = school;
    const of = (kind: string, address: string, scope?: object) => ({
      kind,
      address,
      ...(scope && { scope }),
    });
    await school.addUsers([
      { userId: "one-address", identities: [of("push", "of-all"), of("sms", newPhone())] },
      {
        userId: "three-addresses",
        identities: [
          of("push", "for-all"),
          of("push", "for-source", { kind: "source", sourceId }),
          of("push", "for-channel", { kind: "channel", channelId: channels.courier.id }),
        ],
      },
      { userId: "of-another-kind", identities: [of("sms", newPhone())] },
    ]);
    const { id: fileId } = await uploaded(
      "name=n.csv",
      "userId\none-address\nthree-addresses\nof-another-kind\nnobody",
    );
    for (const codes of [["courier"], ["courier", "sms"]]) {
      const id = await school.send(messageTo({ kind: "file", fileId }, codes));
      await school.completed(id);
      const { items } = await mustSucceed<{ items: Row[] }>(
        school.owner("GET", `/v1/messages/${id}/deliveries?channelId=${channels.courier.id}`),
      );
      expect(items.map(({ address, state, reason }) => [address, state, reason]).sort()).toEqual([
        [null, "suppressed", "no_address"],
        [null, "suppressed", "user_unknown"],
        ["for-channel", "accepted", null],
        ["of-all", "accepted", null],
      ]);
    }
  });
});

interface Row {
  address: string | null;
  state: string;
  reason: string | null;
}

describe("a file of users with a policy", () => {
  it("keeps each row's variables in the steps behind the first", async () => {
    const phone = newPhone();
    await school.addUsers([{ userId: "falls-back", identities: [{ kind: "sms", address: phone }] }]);
    const steps = [
      { channelIds: [school.channels.courier.id] },
      { channelIds: [school.channels.sms.id], when: "failed" },
    ];
    const policy = await mustSucceed(school.owner("POST", "/v1/policies", { name: "推送再短信", steps }));
    const { id: fileId } = await uploaded("name=u.csv", "userId,content\nfalls-back,只给你的话");
    const id = await school.send({
      ...messageTo({ kind: "file", fileId }, []),
      channels: undefined,
      policy: policy.id,
      variables: {},
    });
    await school.completed(id);
    const arrived = installation.sms.received().filter(({ to }) => to.endsWith(phone));
    expect(arrived.map(({ text }) => text)).toEqual(["【知行学校】【通知】只给你的话"]);
  });
});

describe("a file of users whose contents are compared", () => {
  it("leaves out who has had the same in their row, and explains it by that row", async () => {
    const pupils = ["as-before", "anew"];
    await school.addUsers(
      pupils.map((userId) => ({ userId, identities: [{ kind: "push", address: `device-${userId}` }] })),
    );
    const messageOf = async (rows: string) => {
      const { id: fileId } = await uploaded("name=u.csv", `userId,content\n${rows}`);
      const rest = { variables: {}, deduplicateSeconds: 3600 };
      return messageTo({ kind: "file", fileId }, ["courier"], rest);
    };
    await school.completed(await school.send(await messageOf("as-before,甲\nanew,甲")));
    const again = await messageOf("as-before,甲\nanew,乙");
    const foretold = pupils.map(async (explainUser) => {
      const { user } = await mustSucceed(
        school.source("POST", "/v1/messages/explain", { ...again, explainUser }),
      );
      return [explainUser, user.steps[0].channels[0].reason];
    });
    const told = Object.fromEntries(await Promise.all(foretold));
    expect(told).toEqual({ "as-before": "duplicate_content", anew: null });
    const id = await school.send(again);
    await school.completed(id);
    const happened = (await school.deliveriesOf(id)).map(({ user, reason }) => [user?.userId, reason]);
    expect(Object.fromEntries(happened)).toEqual(told);
  });
});

describe("an upload", () => {
  it("takes nothing of a file that is refused in the middle", async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `u-${index},text`);
    // Over a socket, so that it comes bit by bit: some rows are stored before the quote that never ends.
    const response = await fetch(`${installation.publicUrl}/v1/audience-files?name=b.csv`, {
      method: "POST",
      headers: { authorization: `Bearer ${school.apiKey}`, "content-type": "text/csv" },
      body: ["userId,content", ...lines, `"${"x\n".repeat(150_000)}`].join("\n"),
    });
    expect(response.status).toBe(422);
    const [row] = await installation.books.transaction(
      ({ sql }) => sql<[{ files: number; rows: number }]>`
        select (select count(*)::int from audience_files where name = 'b.csv') as files,
          (select count(*)::int from audience_file_rows r where not exists (
            select from audience_files f where f.tenant_id = r.tenant_id and f.id = r.file_id)) as rows`,
    );
    expect(row).toEqual({ files: 0, rows: 0 });
  });

  it.each([
    ["without rows", "name=a.csv", "", "text/csv", 422],
    ["without a channel kind for its addresses", "name=a.csv", "address\n1", "text/csv", 422],
    ["of a kind that no plugin serves", "name=a.csv&kind=fax", "address\n1", "text/csv", 422],
    ["without a name", "kind=push", "address\n1", "text/csv", 422],
    ["of another type", "name=a.pdf", "%PDF", "application/pdf", 415],
    ["that only says it is a workbook", "name=a.xlsx", "no", XLSX, 422],
  ])("is refused %s", async (_, query, body, type, status) => {
    expect((await upload(query, body, type)).status).toBe(status);
  });

  it("is seen by the source that made it and by members, and by no other source", async () => {
    const { id } = await uploaded("name=own.csv&kind=push", "address\ndevice-1");
    const other = await mustSucceed(school.owner("POST", "/v1/sources", { code: "other", name: "别的系统" }));
    const key = await mustSucceed(school.owner("POST", `/v1/sources/${other.id}/api-keys`));
    const headers = { authorization: `Bearer ${key.key}`, cookie: "" };
    const seen = (options: object) => school.source("GET", `/v1/audience-files/${id}`, undefined, options);
    expect((await seen({})).status).toBe(200);
    expect((await school.owner("GET", `/v1/audience-files/${id}`)).body.sample).toEqual([
      { line: 2, recipient: "***", variables: {} },
    ]);
    expect((await seen({ headers })).status).toBe(404);
  });
});

describe("a file whose time is over", () => {
  const sweep = () =>
    createAudienceFileSweeper({
      dispatch: installation.foundation.dispatch,
      transact: installation.foundation.transactAsWorker,
      now: () => new Date(),
    }).run();
  const age = (id: string) =>
    installation.books.transaction(
      ({ sql }) => sql`update audience_files set expires_at = now() - interval '2 hours'
        where id = ${toUuid("audienceFile", id)}`,
    );
  const countRows = async (id: string) => {
    const [row] = await installation.books.transaction(
      ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from audience_file_rows
        where file_id = ${toUuid("audienceFile", id)}`,
    );
    return row.count;
  };

  it("goes, and gives its place in the quota back", async () => {
    const used = async () => {
      const { items } = await mustSucceed(school.owner("GET", "/v1/quotas"));
      return items.find(({ kind }: { kind: string }) => kind === "audience_files").used;
    };
    const before = await used();
    const { id } = await uploaded("name=old.csv", "userId\na\nb");
    expect(await used()).toBe(before + 1);
    await age(id);
    expectProblem(
      await school.trySend(messageTo({ kind: "file", fileId: id }, ["courier"])),
      "invalid-input",
      422,
    );
    await sweep();
    expect(await countRows(id)).toBe(0);
    expect(await used()).toBe(before);
  });

  it("stays as long as a scheduled message needs it, also when it was deleted by hand", async () => {
    await school.addUsers([{ userId: "later", identities: [{ kind: "push", address: "later" }] }]);
    const { id: fileId } = await uploaded("name=later.csv", "userId\nlater");
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const schedule = { at, timeZone: "UTC" };
    const id = await school.send(messageTo({ kind: "file", fileId }, ["courier"], { schedule }));
    expect((await school.source("DELETE", `/v1/audience-files/${fileId}`)).status).toBe(204);
    await age(fileId);
    await sweep();
    expect(await countRows(fileId)).toBe(1);
    const now = { schedule: { at: new Date().toISOString(), timeZone: "UTC" } };
    await mustSucceed(school.source("PATCH", `/v1/messages/${id}`, now));
    await school.completed(id);
    expect((await school.deliveriesOf(id)).map(({ user }) => user?.userId)).toEqual(["later"]);
    await age(fileId);
    await sweep();
    expect(await countRows(fileId)).toBe(0);
  });

  it("is kept for a series, whose every occurrence goes to its rows", async () => {
    const { id: fileId } = await uploaded("name=series.csv", "userId\nlater");
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const repeat = { kind: "daily", until: new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10) };
    const series = await mustSucceed(
      school.source("POST", "/v1/series", {
        ...messageTo({ kind: "file", fileId }, ["courier"]),
        schedule: { at, timeZone: "UTC", repeat },
      }),
    );
    await age(fileId);
    await sweep();
    expect(await countRows(fileId)).toBe(1);
    await installation.books.transaction(
      ({ sql }) => sql`update series set wake_at = now() where id = ${toUuid("series", series.id)}`,
    );
    const begun = await until(async () => {
      const page = await mustSucceed(school.owner("GET", `/v1/series/${series.id}/occurrences?state=begun`));
      return page.items[0]?.messageId ?? undefined;
    });
    await school.completed(begun);
    expect((await school.deliveriesOf(begun)).map(({ user }) => user?.userId)).toEqual(["later"]);
  });
});
