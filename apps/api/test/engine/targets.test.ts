import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  NO_USER,
  nextSlice,
  type UserAudience,
} from "../../src/modules/deliveries/expand/slice.repository.ts";
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

let installation: Installation;
let school: School;
const departments: Record<string, string> = {};
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  departments.school = await makeDepartment("实验学校", "school");
  departments.grade = await makeDepartment("高一", "g1", departments.school);
  departments.class1 = await makeDepartment("1班", "g1-c1", departments.grade);
  departments.class2 = await makeDepartment("2班", "g1-c2", departments.grade);
  await school.addUsers([
    pupil("anna", { departments: ["g1-c1"], attributes: { grade: 10, city: "杭州" }, tags: ["住校"] }),
    pupil("ben", { departments: ["g1-c2"], attributes: { grade: 10 } }),
    // In two classes and the grade itself: reached once all the same.
    pupil("chen", { departments: ["g1-c1", "g1-c2", "g1"], attributes: { grade: 11, city: "宁波" } }),
    pupil("dora", { departments: ["school"], attributes: { grade: "10" } }),
    pupil("emil", { departments: [] }),
  ]);
});
afterAll(() => installation?.stop());
afterEach(async () => {
  await expectNothingLost(installation);
  installation.vendor.reset();
});

const pupil = (userId: string, more: object) => ({
  userId,
  identities: [{ kind: "push", address: `device-${userId}` }],
  ...more,
});

async function makeDepartment(name: string, code: string, parentId?: string): Promise<string> {
  const body = { name, code, ...(parentId ? { parentId } : {}) };
  return (await mustSucceed<{ id: string }>(school.owner("POST", "/v1/departments", body))).id;
}

/** Sends, waits, and tells whom the message has reached; counting and explaining it before have to agree. */
async function reached(audience: object, rest: object = {}): Promise<string[]> {
  const message = messageTo(audience, ["courier"], rest);
  const counted = await mustSucceed<{ recipients: number }>(
    school.source("POST", "/v1/messages/audience-count", { audience }),
  );
  const explained = await mustSucceed<{ recipients: { count: number } }>(
    school.source("POST", "/v1/messages/explain", message),
  );
  const id = await school.send(message);
  await school.completed(id);
  const deliveries = await school.deliveriesOf(id);
  expect([counted.recipients, explained.recipients.count]).toEqual([deliveries.length, deliveries.length]);
  return deliveries.map(({ user }) => user?.userId ?? "").sort();
}

const upload = (query: string, file: string | Uint8Array, type = "text/csv", as = school.source) =>
  as("POST", `/v1/audience-files?${query}`, undefined, { rawBody: file, headers: { "content-type": type } });

async function uploaded(query: string, file: string): Promise<{ id: string }> {
  return mustSucceed<{ id: string }>(upload(query, file));
}

describe("departments", () => {
  it("reach everybody in them and below them once", async () => {
    const audience = { kind: "departments", departmentIds: [departments.grade, departments.class1] };
    expect(await reached(audience)).toEqual(["anna", "ben", "chen"]);
    expect([...installation.vendor.effects.values()]).toEqual([1, 1, 1]);
  });

  it("reach nobody below them when children are left out", async () => {
    const audience = { kind: "departments", departmentIds: [departments.grade], includeChildren: false };
    expect(await reached(audience)).toEqual(["chen"]);
  });

  it("are told by their full names, as they were when the message was accepted", async () => {
    const id = await school.send(
      messageTo({ kind: "departments", departmentIds: [departments.class2] }, ["courier"]),
    );
    await school.completed(id);
    const message = await mustSucceed(school.owner("GET", `/v1/messages/${id}`));
    expect(message.audience).toEqual({
      kind: "departments",
      departments: [{ id: departments.class2, name: "实验学校 / 高一 / 2班" }],
      includeChildren: true,
    });
  });

  it("spread their deliveries over minutes as others do", async () => {
    const audience = { kind: "departments", departmentIds: [departments.grade] };
    const id = await school.send(messageTo(audience, ["courier"], { rate: { overMinutes: 1 } }));
    const [row] = await until(async () => {
      const rows = await installation.books.transaction(
        ({ sql }) => sql<{ rate: number | null }[]>`
          select rate_per_second as rate from messages order by id desc limit 1`,
      );
      return rows[0]?.rate === null ? undefined : rows;
    });
    expect(row?.rate).toBeCloseTo(3 / 60);
    await mustSucceed(school.source("POST", `/v1/messages/${id}/cancellation`));
  });
});

describe("segments", () => {
  const save = (name: string, rule: object) =>
    mustSucceed<{ id: string }>(school.owner("POST", "/v1/segments", { name, rule }));
  const preview = async (rule: object) =>
    (await mustSucceed(school.owner("POST", "/v1/segment-previews", { rule }))).userCount;

  it.each<[string, object, string[]]>([
    ["an attribute that equals", { attribute: "grade", op: "eq", value: 10 }, ["anna", "ben"]],
    ["one that does not", { attribute: "grade", op: "ne", value: 10 }, ["chen", "dora", "emil"]],
    ["one of several values", { attribute: "city", op: "in", value: ["杭州", "宁波"] }, ["anna", "chen"]],
    ["a number that is greater", { attribute: "grade", op: "gt", value: 10 }, ["chen"]],
    ["a number that is at most", { attribute: "grade", op: "lte", value: 11 }, ["anna", "ben", "chen"]],
    ["an attribute that is there", { attribute: "city", op: "exists" }, ["anna", "chen"]],
    ["a tag", { hasTag: "住校" }, ["anna"]],
    ["a department with those below it", { inDepartment: "g1" }, ["anna", "ben", "chen"]],
    ["a department alone", { inDepartment: "g1", includeChildren: false }, ["chen"]],
    [
      "all, any and not together",
      {
        all: [
          {
            any: [
              { hasTag: "住校" },
              { attribute: "grade", op: "gte", value: 11 },
              { inDepartment: "school" },
            ],
          },
          { not: { attribute: "city", op: "exists" } },
        ],
      },
      ["ben", "dora"],
    ],
    ["nothing but what is not", { not: { inDepartment: "school" } }, ["emil"]],
    ["a value that looks like SQL", { attribute: "city", op: "eq", value: "x' or 'x'='x" }, []],
  ])("have %s", async (name, rule, expected) => {
    const { id } = await save(name, rule);
    expect(await preview(rule)).toBe(expected.length);
    expect(await reached({ kind: "segment", segmentId: id })).toEqual(expected);
  });

  it("give a message the rule that they had when it was accepted, whatever becomes of them", async () => {
    const { id } = await save("改之前", { hasTag: "住校" });
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const messageId = await school.send(
      messageTo({ kind: "segment", segmentId: id }, ["courier"], { schedule: { at, timeZone: "UTC" } }),
    );
    const before = await mustSucceed(school.owner("GET", `/v1/segments/${id}`));
    expect(before.usedBy).toEqual({ messageCount: 1, seriesCount: 0 });
    const changed = { name: "改之后", rule: { not: { hasTag: "住校" } } };
    await mustSucceed(school.owner("PUT", `/v1/segments/${id}`, changed));
    expect((await school.owner("DELETE", `/v1/segments/${id}`)).status).toBe(204);
    await mustSucceed(
      school.source("PATCH", `/v1/messages/${messageId}`, {
        schedule: { at: new Date().toISOString(), timeZone: "UTC" },
      }),
    );
    await school.completed(messageId);
    expect((await school.deliveriesOf(messageId)).map(({ user }) => user?.userId)).toEqual(["anna"]);
    const refused = await school.trySend(messageTo({ kind: "segment", segmentId: id }, ["courier"]));
    expectProblem(refused, "invalid-input", 422);
  });

  it("stay what they are when a tag is renamed", async () => {
    const { id } = await save("改名", { hasTag: "住校" });
    const tags = await mustSucceed<{ items: { id: string; name: string }[] }>(
      school.owner("GET", "/v1/tags"),
    );
    const tag = tags.items.find(({ name }) => name === "住校");
    await mustSucceed(school.owner("PATCH", `/v1/tags/${tag?.id}`, { name: "寄宿" }));
    expect(await reached({ kind: "segment", segmentId: id })).toEqual(["anna"]);
    await mustSucceed(school.owner("PATCH", `/v1/tags/${tag?.id}`, { name: "住校" }));
  });
});

describe("typed addresses", () => {
  it("get one message however often they are typed, with what the last row says", async () => {
    const phone = newPhone();
    const addresses = [
      { address: phone, variables: { content: "一" } },
      { address: `+86${phone}`, variables: { content: "二" } },
    ];
    const id = await school.send(messageTo({ kind: "addresses", addresses }, ["sms"], { variables: {} }));
    await school.completed(id);
    expect((await school.message(id)).counts.targeted).toBe(1);
    const arrived = installation.sms.received().filter(({ to }) => to.endsWith(phone));
    expect(arrived.map(({ text }) => text)).toEqual(["【知行学校】【通知】二"]);
  });
});

describe("files of addresses", () => {
  it("send each row with its own variables, name the bad ones by line, and count duplicates", async () => {
    const [one, two] = [newPhone(), newPhone()];
    const file = await mustSucceed(
      upload(
        "name=fees.csv&kind=sms",
        [
          "address,content,note",
          `${one},应缴 300 元,`,
          "not-a-phone,x,",
          `${two},"应缴 ""200"" 元, 本周内",x`,
          `${one},again,`,
          `+86${two},and again,x`,
          ",nobody,",
          `${newPhone()},too,many,cells`,
        ].join("\r\n"),
      ),
    );
    expect(file).toMatchObject({
      rowCount: 2,
      badCount: 3,
      duplicateCount: 2,
      recipients: "addresses",
      channelKind: "sms",
      columns: [
        { name: "content", blankCount: 0 },
        { name: "note", blankCount: 2 },
      ],
      badRows: [
        { line: 3, code: "not_an_address" },
        { line: 7, code: "no_recipient" },
        { line: 8, code: "too_many_cells" },
      ],
    });
    const id = await school.send({
      ...messageTo({ kind: "file", fileId: file.id }, ["sms"]),
      variables: {},
    });
    await school.completed(id);
    const arrived = installation.sms
      .received()
      .filter(({ to }) => [one, two].some((phone) => to.endsWith(phone)));
    expect(arrived.map(({ text }) => text).sort()).toEqual([
      '【知行学校】【通知】应缴 "200" 元, 本周内',
      "【知行学校】【通知】应缴 300 元",
    ]);
  });

  it("are refused with a policy, on a channel of another kind, and without a variable that is needed", async () => {
    const { id: fileId } = await uploaded("name=a.csv&kind=push", "address\ndevice-1");
    const policy = await mustSucceed(
      school.owner("POST", "/v1/policies", {
        name: "补发",
        steps: [
          { channelIds: [school.channels.courier.id] },
          { channelIds: [school.channels.sms.id], when: "failed" },
        ],
      }),
    );
    const audience = { kind: "file", fileId };
    const withPolicy = await school.trySend({
      ...messageTo(audience, []),
      channels: undefined,
      policy: policy.id,
    });
    expect(withPolicy.body).toMatchObject({
      status: 422,
      errors: [{ pointer: "/policy", code: "needs_users" }],
    });
    const elsewhere = await school.trySend(messageTo(audience, ["sms"]));
    expect(elsewhere.body).toMatchObject({
      status: 422,
      errors: [{ pointer: "/channels", code: "another_kind" }],
    });
    const lacking = await school.trySend({ ...messageTo(audience, ["courier"]), variables: {} });
    expect(lacking.status).toBe(422);
  });
});

describe("files of users", () => {
  it("reach each user once with the row's variables, and say who is not known", async () => {
    const { id: fileId } = await uploaded(
      "name=u.csv",
      "用户ID,content\nanna,A\nben,B\nnobody,N\nanna,again\n",
    );
    const id = await school.send({ ...messageTo({ kind: "file", fileId }, ["courier"]), variables: {} });
    await school.completed(id);
    const deliveries = await school.deliveriesOf(id);
    expect(deliveries.map(({ user, reason }) => [user?.userId ?? "", reason]).sort()).toEqual([
      ["", "user_unknown"],
      ["anna", null],
      ["ben", null],
    ]);
    const texts = installation.vendor.calls.flatMap(({ body }) =>
      JSON.parse(body).items.map((item: { text: string }) => item.text),
    );
    expect(texts.sort()).toEqual(["A", "B"]);
  });

  it("give a blank cell the message's value, and where there is none leave the row out with the reason", async () => {
    const template = await mustSucceed(school.owner("POST", "/v1/templates", { code: "fee", name: "缴费" }));
    await mustSucceed(
      school.owner("POST", `/v1/templates/${template.id}/versions`, {
        variables: [{ name: "amount", type: "text", required: true, example: "1" }],
        renderings: { push: { text: "{{amount}}" } },
      }),
    );
    await mustSucceed(school.owner("POST", `/v1/templates/${template.id}/versions/1/publication`));
    const { id: fileId } = await uploaded("name=u.csv", "userId,amount\nanna,5\nben,\n");
    const body = { audience: { kind: "file", fileId }, channels: ["courier"], template: "fee" };
    const id = await school.send(body);
    await school.completed(id);
    const reasons = (await school.deliveriesOf(id)).map(({ user, reason }) => [user?.userId, reason]);
    expect(reasons.sort()).toEqual([
      ["anna", null],
      ["ben", "missing_variable"],
    ]);
    const withValue = await school.send({ ...body, variables: { amount: "0" } });
    await school.completed(withValue);
    expect((await school.message(withValue)).counts).toMatchObject({ submitted: 2, failed: 0 });
  });
});

describe("tags", () => {
  const tags = (one: { any?: string[]; all?: string[]; not?: string[] }) => ({
    kind: "tags" as const,
    ...{ any: [], all: [], not: [] },
    ...one,
  });

  beforeAll(() =>
    school.addUsers([
      pupil("fang", { tags: ["合唱", "住校"] }),
      pupil("gu", { tags: ["合唱"] }),
      pupil("han", { tags: ["合唱", "足球"] }),
      pupil("ida", { tags: ["足球"] }),
    ]),
  );

  it.each([
    [{ any: ["合唱"] }, ["fang", "gu", "han"]],
    [{ any: ["合唱", "足球"] }, ["fang", "gu", "han", "ida"]],
    [{ all: ["合唱", "足球"] }, ["han"]],
    [{ any: ["住校", "足球"], all: ["合唱"] }, ["fang", "han"]],
    [{ any: ["合唱"], not: ["足球", "住校"] }, ["gu"]],
    [{ all: ["合唱", "没有的"] }, []],
  ])("%o reach whoever has them", async (one, expected) => {
    expect(await reached(tags(one))).toEqual(expected);
  });

  /** How many users the slices of an audience cover that are cut at two each. */
  async function sliceCount(audience: UserAudience): Promise<number> {
    return installation.foundation.transactAsWorker(school, async (tx) => {
      let count = 0;
      let cursor = NO_USER;
      for (let isLast = false; !isLast; count++) {
        const slice = await nextSlice(tx, school.tenantId, audience, cursor, 2);
        [cursor, isLast] = [slice.lastUserId, slice.isLast];
      }
      return count;
    });
  }

  it("are cut into slices of those who have them, however many have not", async () => {
    expect(await sliceCount({ kind: "all" })).toBe(5);
    expect(await sliceCount(tags({ any: ["合唱"] }))).toBe(2);
    expect(await sliceCount(tags({ any: ["合唱", "足球"], all: ["住校"] }))).toBe(2);
  });
});
