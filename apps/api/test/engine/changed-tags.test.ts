import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
} from "../harness/index.ts";

describe("tags that change while a message waits", () => {
  let installation: Installation;
  let school: School;
  beforeAll(async () => {
    installation = await startInstallation();
    school = await givenSchool(installation);
    await school.addUsers([
      pupil("anna", ["合唱"]),
      pupil("ben", ["合唱", "住校"]),
      pupil("chen", ["合唱", "足球"]),
    ]);
  });
  afterAll(() => installation?.stop());
  afterEach(() => expectNothingLost(installation));

  const pupil = (userId: string, tags: string[]) => ({
    userId,
    tags,
    identities: [{ kind: "push", address: `device-${userId}` }],
  });
  const inAnHour = () => ({ at: new Date(Date.now() + 3_600_000).toISOString(), timeZone: "Asia/Shanghai" });
  const schedule = (audience: object, rest: object = {}) =>
    school.send(messageTo(audience, ["courier"], { schedule: inAnHour(), ...rest }));
  const cancel = (id: string) => mustSucceed(school.source("POST", `/v1/messages/${id}/cancellation`));

  async function tagId(name: string): Promise<string> {
    const { items } = await mustSucceed<{ items: { id: string; name: string }[] }>(
      school.owner("GET", "/v1/tags?limit=100"),
    );
    return items.find((tag) => tag.name === name)?.id ?? "";
  }
  const rename = async (from: string, to: string) =>
    mustSucceed(school.owner("PATCH", `/v1/tags/${await tagId(from)}`, { name: to }));
  const remove = async (name: string) => school.owner("DELETE", `/v1/tags/${await tagId(name)}`);

  /** Whom a message that waits for its hour reaches when that has come. */
  async function reached(id: string): Promise<string[]> {
    await timePasses(installation, 3600);
    await school.completed(id);
    return (await school.deliveriesOf(id)).map(({ user }) => user?.userId ?? "").sort();
  }

  it("reaches those whom a renamed tag has, and leaves out those whom one excludes", async () => {
    const id = await schedule({ kind: "tags", any: ["合唱", "没有的"], not: ["住校"] });
    const ofAll = await schedule({ kind: "tags", all: ["合唱"], not: ["足球"] });
    await rename("合唱", "合唱团");
    await rename("住校", "住宿");
    await school.addUsers([pupil("dora", ["合唱", "住校"])]);
    expect(await reached(id)).toEqual(["anna", "chen"]);
    expect(await reached(ofAll)).toEqual(["anna", "ben"]);
    const { audience } = await mustSucceed(school.owner("GET", `/v1/messages/${id}`));
    expect(audience).toEqual({ kind: "tags", any: ["合唱", "没有的"], all: [], not: ["住校"] });
  });

  it("reaches those of a name that no tag had, when one has it by then", async () => {
    const id = await schedule({ kind: "tags", any: ["足球"], not: ["请假"] });
    await school.addUsers([pupil("emil", ["足球", "请假"])]);
    expect(await reached(id)).toEqual(["chen"]);
  });

  it("keeps a tag from deletion that a message or a series is still to go by, and says which", async () => {
    await school.addUsers([pupil("fang", ["毕业班"]), pupil("gu", ["毕业班", "走读"])]);
    const first = await schedule({ kind: "tags", any: ["毕业班"], not: ["走读"] });
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const daily = { ...inAnHour(), repeat: { kind: "daily", until: day } };
    const { id: series } = await mustSucceed<{ id: string }>(
      school.source(
        "POST",
        "/v1/series",
        messageTo({ kind: "tags", all: ["毕业班", "走读"] }, ["courier"], { schedule: daily }),
      ),
    );
    const refusal = await remove("走读");
    expectProblem(refusal, "tag-in-use", 409);
    expect(refusal.body.detail).toContain(first);
    expect(refusal.body.detail).toContain(series);
    await mustSucceed(school.owner("POST", `/v1/series/${series}/cancellation`));
    await cancel(first);
    expect((await remove("走读")).status).toBe(204);
  });

  it("keeps a tag from deletion that the rule of a segment names, once a message waits to go to it", async () => {
    await school.addUsers([pupil("han", ["社团"])]);
    const rule = { not: { hasTag: "社团" } };
    const segment = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/segments", { name: "无社团", rule }),
    );
    const id = await schedule({ kind: "segment", segmentId: segment.id });
    expectProblem(await remove("社团"), "tag-in-use", 409);
    await cancel(id);
    expect((await remove("社团")).status).toBe(204);
  });

  it("lets a tag go that a message has been sent by", async () => {
    await school.addUsers([pupil("ida", ["春游"])]);
    const id = await schedule({ kind: "tags", any: ["春游"] });
    expect(await reached(id)).toEqual(["ida"]);
    expect((await remove("春游")).status).toBe(204);
  });
});
