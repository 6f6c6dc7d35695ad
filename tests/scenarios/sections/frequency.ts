import { beforeAll, describe, expect, it } from "vitest";
import {
  expectProblem,
  messageTo,
  QUOTA_CONTACT,
  type School,
  users,
} from "../../../apps/api/test/harness/index.ts";
import { allowMessagesADay, courierEffects, listMessages, newSchool, newUser } from "../scene.ts";

describe("4.4 how much may go out", () => {
  let school: School;
  beforeAll(async () => {
    school = await newSchool();
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
