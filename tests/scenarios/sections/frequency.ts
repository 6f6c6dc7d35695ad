import { beforeAll, describe, expect, it } from "vitest";
import {
  expectProblem,
  messageTo,
  mustSucceed,
  QUOTA_CONTACT,
  type School,
  users,
} from "../../../apps/api/test/harness/index.ts";
import {
  allowMessagesADay,
  courierEffects,
  couriered,
  listMessages,
  mailsTo,
  newSchool,
  newUser,
  passes,
} from "../scene.ts";

const HOUR = 3600;

describe("4.4 how much may go out", () => {
  let school: School;
  beforeAll(async () => {
    school = await newSchool();
  });

  it("S55 holds everybody to a cap of their own on its channel kind, and lets go again when its hours are over", async () => {
    const capped = await newSchool();
    const [often, seldom] = [await newUser(capped), await newUser(capped)];
    const cap = { limit: 2, hours: 1, channelKind: "push" };
    await mustSucceed(capped.owner("PUT", "/v1/frequency-caps", { items: [cap] }));
    const send = async (...userIds: string[]) => {
      const id = await capped.send(messageTo(users(...userIds), ["courier", "mail"]));
      await capped.completed(id);
      return id;
    };
    for (const _ of [1, 2]) await send(often);
    const third = await send(often, seldom);
    const left = (await capped.deliveriesOf(third)).filter(({ state }) => state === "suppressed");
    expect(left).toMatchObject([
      { user: { userId: often }, reason: "over_frequency_cap", reasonDetail: "2/1h push" },
    ]);
    expect([couriered(often).length, couriered(seldom).length]).toEqual([2, 1]);
    expect([mailsTo(often).length, mailsTo(seldom).length]).toEqual([3, 1]);
    await passes(HOUR + 60);
    await send(often);
    expect(couriered(often)).toHaveLength(3);
  });

  it("S57 takes as many messages as the day's quota has, and says of the others which quota is full", async () => {
    const userId = await newUser(school);
    await allowMessagesADay(school, 3);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => school.trySend(messageTo(users(userId), ["courier"]))),
    );
    const taken = answers.filter(({ status }) => status === 202);
    expect(taken).toHaveLength(3);
    for (const answer of answers.filter(({ status }) => status !== 202)) {
      expectProblem(answer, "quota-exceeded", 409);
      expect(answer.body).toMatchObject({ limit: 3, used: 3, contact: QUOTA_CONTACT });
    }
    for (const { body } of taken) await school.completed(body.id);
    expect(courierEffects()).toEqual(new Map([[userId, 3]]));
    expect(await listMessages(school)).toHaveLength(3);
  });
});
