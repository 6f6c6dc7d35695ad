import { describe, expect, it } from "vitest";
import { holdQueue, messageTo, mustSucceed, releaseQueue, until, users } from "../harness/index.ts";
import { givenTwoUsersScene, installation, school } from "./two-users-scene.ts";

givenTwoUsersScene();

describe("a user who is deleted before a message is sent", () => {
  const remove = async (userId: string) =>
    expect((await school.owner("DELETE", `/v1/users/${userId}`)).status).toBe(204);
  const outcomesOf = async (id: string) =>
    (await school.deliveriesOf(id)).map(({ state, reason }) => [state, reason]).sort();

  /** Sends to both; `a` is deleted while the deliveries wait. */
  async function sendAndDelete(rest: object = {}): Promise<string> {
    await holdQueue(installation);
    const id = await school.send(messageTo(users("a", "b"), ["courier"], rest));
    await school.expanded(id);
    await remove("a");
    await releaseQueue(installation);
    return id;
  }

  it("does not get it, and the others do", async () => {
    const id = await sendAndDelete();
    await school.completed(id);
    expect(await outcomesOf(id)).toEqual([
      ["accepted", null],
      ["suppressed", "user_deleted"],
    ]);
    expect([...installation.vendor.effects.values()]).toEqual([1]);
    expect((await school.message(id)).counts).toMatchObject({ targeted: 2, valid: 1, suppressed: 1 });
  });

  it("does not get it by the next step of a policy either", async () => {
    const { id: policy } = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", {
        name: "推送后邮件",
        steps: [
          { channelIds: [school.channels.courier.id] },
          { channelIds: [school.channels.mail.id], when: "failed" },
        ],
      }),
    );
    const received = installation.mail.received().length;
    const id = await sendAndDelete({ channels: undefined, policy });
    await until(async () => (await outcomesOf(id)).length === 3);
    const outcomes = await outcomesOf(id);
    expect(outcomes.map(([state]) => state)).toEqual(["accepted", "suppressed", "suppressed"]);
    expect(outcomes).toContainEqual(["suppressed", "user_deleted"]);
    expect(installation.mail.received()).toHaveLength(received);
    await mustSucceed(school.source("POST", `/v1/messages/${id}/cancellation`));
  });
});
