import { beforeAll, describe, expect, it } from "vitest";
import {
  expectProblem,
  messageTo,
  mustSucceed,
  type School,
  until,
  users,
} from "../../../apps/api/test/harness/index.ts";
import { courierEffects, couriered, listMessages, newSchool, newUser, report } from "../scene.ts";
import { stage } from "../stage.ts";

describe("4.1 whom a message goes to", () => {
  let school: School;
  beforeAll(async () => {
    school = await newSchool();
  });

  /** Nothing was stored of what a request asked for, and no vendor was called. */
  async function leavingNothing(ask: () => Promise<void>): Promise<void> {
    const before = await listMessages(school);
    await ask();
    expect(await listMessages(school)).toEqual(before);
    expect(stage.vendor.calls).toEqual([]);
  }

  const addresses = (count: number) => ({
    kind: "addresses",
    addresses: Array.from({ length: count }, (_, index) => ({ address: `device-${index}` })),
  });

  it("S01 makes one call and one message of one request, and knows it by the vendor's own id later", async () => {
    const userId = await newUser(school);
    const answer = await school.trySend(messageTo(users(userId), ["courier"]));
    expect(answer).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^msg_/) } });
    const { id } = answer.body;
    const delivery = await school.reaches(id, "accepted");
    expect(couriered(userId)).toEqual([{ ref: delivery.id, to: userId, text: "明天放假" }]);
    expect((await listMessages(school)).filter((one) => one.id === id)).toHaveLength(1);
    // The courier names its own id for the delivery in its answer.
    const event = { eventId: "own-id", type: "delivered", at: Date.now(), vendorId: `v-${delivery.id}` };
    await school.pushReceipt(school.channels.courier, { events: [event] });
    await school.reaches(id, "delivered");
  });

  it("S02 refuses a template that there is not, and stores nothing", async () => {
    const userId = await newUser(school);
    await leavingNothing(async () => {
      const body = messageTo(users(userId), ["courier"], {
        content: undefined,
        template: "no-such-template",
      });
      const answer = await school.trySend(body);
      expectProblem(answer, "template-not-published", 409);
    });
  });

  it("S03 saves no policy without a step, and sends nothing that has neither a policy nor a channel", async () => {
    const policy = await school.owner("POST", "/v1/policies", { name: "空", steps: [] });
    expectProblem(policy, "invalid-input", 422);
    const userId = await newUser(school);
    await leavingNothing(async () => {
      const answer = await school.trySend(messageTo(users(userId), [], { channels: undefined }));
      expectProblem(answer, "invalid-input", 422);
    });
  });

  it("S04 makes nobody up: a message to somebody unknown says so, and the others get it", async () => {
    const userId = await newUser(school);
    const id = await school.send(messageTo(users(userId, "stranger"), ["courier"]));
    await school.completed(id);
    const deliveries = await school.deliveriesOf(id);
    expect(deliveries.map(({ state, reason }) => [state, reason])).toEqual(
      expect.arrayContaining([
        ["accepted", null],
        ["suppressed", "user_unknown"],
      ]),
    );
    expect(courierEffects()).toEqual(new Map([[userId, 1]]));
    expect((await school.owner("GET", "/v1/users/stranger")).status).toBe(404);
  });

  it("S05 completes a profile by what is newly known, and erases nothing by leaving it out", async () => {
    const userId = await newUser(school, { identities: [{ kind: "email", address: "known@example.cn" }] });
    await school.addUsers([{ userId, identities: [{ kind: "push", address: userId }] }]);
    await school.addUsers([{ userId, name: "改了名" }]);
    const id = await school.send(messageTo(users(userId), ["courier", "mail"]));
    await school.completed(id);
    expect(couriered(userId)).toHaveLength(1);
    expect(stage.mail.received().filter(({ to }) => to === "known@example.cn")).toHaveLength(1);
  });

  it("S07 leaves out whom the message's tags exclude, although other tags name them", async () => {
    const [pupil, author] = [
      await newUser(school, { tags: ["班级群"] }),
      await newUser(school, { tags: ["班级群", "发起人"] }),
    ];
    const audience = { kind: "tags", any: ["班级群"], all: [], not: ["发起人"] };
    await school.completed(await school.send(messageTo(audience, ["courier"])));
    expect(couriered(pupil)).toHaveLength(1);
    expect(couriered(author)).toEqual([]);
    await school.completed(await school.send(messageTo(users(author), ["courier"])));
    expect(couriered(author)).toHaveLength(1);
  });

  it("S10 reaches everybody of the tenant once, and nobody of another one", async () => {
    const [small, other] = [await newSchool(), await newSchool()];
    const members: string[] = [];
    for (let count = 0; count < 5; count++) members.push(await newUser(small));
    const stranger = await newUser(other);
    const id = await small.send(messageTo({ kind: "all" }, ["courier"]));
    const { counts } = await small.completed(id);
    expect(counts).toMatchObject({ targeted: 5, submitted: 5 });
    expect(courierEffects()).toEqual(new Map(members.map((userId) => [userId, 1])));
    expect(couriered(stranger)).toEqual([]);
  });

  it("S11 answers a bulk call in its order, and what is wrong in it fails alone", async () => {
    const bulk = [
      { userId: "bulk-1", identities: [{ kind: "push", address: "bulk-1" }] },
      { userId: "bulk-2", identities: [{ kind: "no_such_kind", address: "x" }] },
      { userId: "bulk-3", identities: [{ kind: "push", address: "bulk-3" }] },
    ];
    const { items } = await mustSucceed<{ items: { status: string; errors?: object[] }[] }>(
      school.owner("POST", "/v1/users/bulk", { users: bulk }),
    );
    expect(items).toMatchObject([
      { index: 0, status: "created" },
      { index: 1, status: "failed", errors: [{ pointer: expect.stringContaining("/identities/0") }] },
      { index: 2, status: "created" },
    ]);
    await school.completed(await school.send(messageTo(users("bulk-1", "bulk-3"), ["courier"])));
    expect(courierEffects()).toEqual(
      new Map([
        ["bulk-1", 1],
        ["bulk-3", 1],
      ]),
    );
  });

  it("S12 refuses more recipients than a request may name, and sends to none of them", async () => {
    const many = users(...Array.from({ length: 1001 }, (_, index) => `many-${index}`));
    await leavingNothing(async () => {
      expectProblem(await school.trySend(messageTo(many, ["courier"])), "invalid-input", 422);
    });
  });

  it("S13 refuses a recipient that is a list itself, at its place", async () => {
    const nested = { kind: "users", userIds: [["u-1"]] };
    await leavingNothing(async () => {
      const answer = await school.trySend(messageTo(nested, ["courier"]));
      expectProblem(answer, "invalid-input", 422);
      expect(answer.body).toMatchObject({ errors: [{ pointer: "/audience/userIds/0" }] });
    });
  });

  it("S14 refuses one typed address too many as a whole, with a code that says which list is too long", async () => {
    await leavingNothing(async () => {
      const answer = await school.trySend(messageTo(addresses(1001), ["courier"]));
      expectProblem(answer, "invalid-input", 422);
      expect(answer.body).toMatchObject({ errors: [{ pointer: "/audience/addresses", code: "too_big" }] });
    });
    const most = await school.send(messageTo(addresses(1000), ["courier"]));
    expect((await school.completed(most)).counts).toMatchObject({ targeted: 1000, submitted: 1000 });
  });

  it("S15 makes nothing further of an event that comes a second time under its key", async () => {
    const userId = await newUser(school);
    const message = messageTo(users(userId), ["courier"]);
    const first = await school.send(message, { key: "event-4711" });
    await school.completed(first);
    expect(await school.send(message, { key: "event-4711" })).toBe(first);
    const { id: ref } = await school.timelineOf(first);
    await report(school, "delivered", ref);
    await until(async () => (await school.timelineOf(first)).state === "delivered");
    expect(couriered(userId)).toHaveLength(1);
  });

  it("S16 reaches everybody of a department and of those below it, and of those above only whom it names", async () => {
    const department = async (name: string, code: string, parentId?: string) =>
      (await mustSucceed<{ id: string }>(school.owner("POST", "/v1/departments", { name, code, parentId })))
        .id;
    const whole = await department("全校", "school");
    const grade = await department("三年级", "g3", whole);
    const classTwo = await department("二班", "g3-c2", grade);
    const [head, pupil] = [
      await newUser(school, { departments: ["g3"] }),
      await newUser(school, { departments: ["g3-c2"] }),
    ];
    await newUser(school, { departments: ["school"] });
    const reached = async (departmentIds: string[], rest: object = {}) => {
      const id = await school.send(messageTo({ kind: "departments", departmentIds, ...rest }, ["courier"]));
      await school.completed(id);
      return (await school.deliveriesOf(id)).map(({ user }) => user?.userId).sort();
    };
    expect(await reached([classTwo])).toEqual([pupil]);
    const both = [head, pupil].sort();
    expect(await reached([grade])).toEqual(both);
    expect(await reached([grade, classTwo], { includeChildren: false })).toEqual(both);
    expect(courierEffects()).toEqual(
      new Map([
        [pupil, 3],
        [head, 2],
      ]),
    );
  });
});
