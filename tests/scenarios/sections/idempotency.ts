import type { Tx } from "@tidings/db";
import { beforeAll, describe, expect, it } from "vitest";
import {
  expectProblem,
  messageTo,
  mustSucceed,
  type School,
  until,
  users,
} from "../../../apps/api/test/harness/index.ts";
import { courierEffects, couriered, listMessages, newSchool, newUser } from "../scene.ts";
import { stage } from "../stage.ts";

const PRODUCERS = 20;
const MESSAGES_EACH = 25;

describe("4.2 the same request again, and many at once", () => {
  let school: School;
  beforeAll(async () => {
    school = await newSchool();
  });

  const countMessages = async () => (await listMessages(school)).length;

  it("S19 answers a repeat with the first answer, marked as a replay, and keeps one message", async () => {
    const userId = await newUser(school);
    const message = messageTo(users(userId), ["courier"]);
    const before = await countMessages();
    const first = await school.trySend(message, { key: "s19" });
    await school.completed(first.body.id);
    const again = await school.trySend(message, { key: "s19" });
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await countMessages()).toBe(before + 1);
    expect(couriered(userId)).toHaveLength(1);
  });

  it("S21 refuses a key that comes back with another body, and sends nothing for it", async () => {
    const [first, second] = [await newUser(school), await newUser(school)];
    await school.completed(await school.send(messageTo(users(first), ["courier"]), { key: "s21" }));
    const other = await school.trySend(messageTo(users(second), ["courier"]), { key: "s21" });
    expectProblem(other, "idempotency-key-reused", 422);
    expect(courierEffects()).toEqual(new Map([[first, 1]]));
  });

  it("S22 refuses a key of more than 255 characters, and takes one of 255", async () => {
    const message = messageTo(users(await newUser(school)), ["courier"]);
    expectProblem(await school.trySend(message, { key: "k".repeat(256) }), "invalid-input", 422);
    await school.completed(await school.send(message, { key: "k".repeat(255) }));
  });

  it("S24 does not remember a refusal: the same request is carried out once its cause is mended", async () => {
    const userId = await newUser(school);
    const message = messageTo(users(userId), ["courier"], { content: undefined, template: "later" });
    expectProblem(await school.trySend(message, { key: "s24" }), "template-not-published", 409);
    const template = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/templates", { code: "later", name: "后来的" }),
    );
    const versions = `/v1/templates/${template.id}/versions`;
    const version = {
      variables: [{ name: "content", type: "text", required: true, example: "x" }],
      renderings: { push: { text: "{{content}}" } },
    };
    await mustSucceed(school.owner("POST", versions, version));
    await mustSucceed(school.owner("POST", `${versions}/1/publication`));
    const answer = await school.trySend(message, { key: "s24" });
    expect(answer.status).toBe(202);
    expect(answer.headers.get("idempotency-replayed")).toBeNull();
    await school.completed(answer.body.id);
    expect(couriered(userId)).toHaveLength(1);
  });

  it("S24 carries a request out that comes again after the database has not answered the first in time", async () => {
    const userId = await newUser(school);
    const message = messageTo(users(userId), ["courier"]);
    const before = await countMessages();
    const lockOut = async ({ sql }: Tx) => {
      await sql`lock table messages in access exclusive mode`;
      expectProblem(await school.trySend(message, { key: "s24-again" }), "unavailable", 503);
    };
    await stage.books.transaction(lockOut, { deadlineMs: 30_000 });
    const answer = await school.trySend(message, { key: "s24-again" });
    expect([answer.status, answer.headers.get("idempotency-replayed")]).toEqual([202, null]);
    await school.completed(answer.body.id);
    expect(await countMessages()).toBe(before + 1);
    expect(couriered(userId)).toHaveLength(1);
  });

  it("S25 makes one message of a key that fifty callers use at the same moment", async () => {
    const userId = await newUser(school);
    const message = messageTo(users(userId), ["courier"]);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => school.trySend(message, { key: "s25" })),
    );
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202));
    expect(ids.size).toBe(1);
    for (const id of ids) await school.completed(id);
    expect(couriered(userId)).toHaveLength(1);
  });

  it("S27 sends every message of twenty busy producers exactly once", async () => {
    const userId = await newUser(school);
    const said = new Set<string>();
    const produce = async (producer: number) => {
      for (let number = 0; number < MESSAGES_EACH; number++) {
        const content = `${producer}/${number}`;
        said.add(content);
        await school.send(messageTo(users(userId), ["courier"], { variables: { content } }));
      }
    };
    await Promise.all(Array.from({ length: PRODUCERS }, (_, producer) => produce(producer)));
    await until(() => stage.vendor.effects.size === PRODUCERS * MESSAGES_EACH);
    const texts = couriered(userId).map(({ text }) => text);
    expect(texts).toHaveLength(PRODUCERS * MESSAGES_EACH);
    expect(new Set(texts)).toEqual(said);
  });

  it("S28 makes one user of two requests that bring the same newcomer at once, and both messages go", async () => {
    const newcomer = { userId: "newcomer", identities: [{ kind: "push", address: "newcomer" }] };
    const bringAndSend = async (content: string) => {
      await school.addUsers([newcomer]);
      return school.send(messageTo(users("newcomer"), ["courier"], { variables: { content } }));
    };
    const ids = await Promise.all([bringAndSend("第一条"), bringAndSend("第二条")]);
    for (const id of ids) await school.completed(id);
    const found = await mustSucceed<{ items: object[] }>(school.owner("GET", "/v1/users?query=newcomer"));
    expect(found.items).toHaveLength(1);
    expect(
      couriered("newcomer")
        .map(({ text }) => text)
        .sort(),
    ).toEqual(["第一条", "第二条"].sort());
  });
});
