import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

describe("a user's own quiet hours that are changed", () => {
  let installation: Installation;
  let school: School;
  beforeAll(async () => {
    installation = await startInstallation();
    school = await givenSchool(installation);
    await school.addUsers(
      ["a", "b"].map((userId) => ({ userId, identities: [{ kind: "push", address: `${userId}-device` }] })),
    );
  });
  afterAll(() => installation?.stop());
  afterEach(() => expectNothingLost(installation));

  /** The time of day in so many hours. */
  const inHours = (hours: number) =>
    new Intl.DateTimeFormat("sv-SE", {
      timeZone: "Asia/Shanghai",
      hour: "2-digit",
      minute: "2-digit",
    }).format(Date.now() + hours * 3_600_000);
  const hoursLeft = async (id: string) =>
    installation.books.transaction(async ({ sql }) => {
      const [chunk] = await sql`select extract(epoch from due_at - now()) / 3600 as hours from chunks
        where message_id = ${toUuid("message", id)}`;
      return Number(chunk?.hours);
    });
  const isReleased = () =>
    installation.books.transaction(async ({ sql }) => {
      const [row] = await sql`select release_at from quiet_hours`;
      return row?.release_at === null;
    });

  it("let go what they keep back from that user, and leave the others' where it is", async () => {
    const weekdays = [1, 2, 3, 4, 5, 6, 7];
    const windows = [{ from: inHours(-1), to: inHours(5), weekdays }];
    await mustSucceed(
      school.owner("PUT", "/v1/quiet-hours", { ofTenant: { timeZone: "Asia/Shanghai", windows } }),
    );
    await timePasses(installation, 15);
    await until(isReleased);
    const [own, others] = [
      await school.send(messageTo(users("a"), ["courier"])),
      await school.send(messageTo(users("b"), ["courier"])),
    ];
    for (const id of [own, others]) {
      await school.expanded(id);
      expect(await hoursLeft(id)).toBeGreaterThan(4);
    }
    const never = { timeZone: "Asia/Shanghai", windows: [] };
    await mustSucceed(school.owner("PUT", "/v1/users/a/quiet-hours", never));
    expect(await hoursLeft(own)).toBeLessThan(1);
    expect(await hoursLeft(others)).toBeGreaterThan(4);
    await school.completed(own);
    await timePasses(installation, 15);
    await until(isReleased);
    expect(await hoursLeft(others)).toBeGreaterThan(4);
    await mustSucceed(school.source("POST", `/v1/messages/${others}/cancellation`));
  });

  it("are followed by everybody's, when those are changed as well", async () => {
    const id = await school.send(messageTo(users("b"), ["courier"]));
    await school.expanded(id);
    await mustSucceed(school.owner("DELETE", "/v1/users/a/quiet-hours"));
    expect(await hoursLeft(id)).toBeGreaterThan(4);
    await mustSucceed(school.owner("PUT", "/v1/quiet-hours", { ofTenant: null }));
    await mustSucceed(
      school.owner("PUT", "/v1/users/a/quiet-hours", { timeZone: "Asia/Shanghai", windows: [] }),
    );
    const [row] = await installation.books.transaction(
      ({ sql }) => sql`select release_user_ids from quiet_hours`,
    );
    expect(row?.release_user_ids).toBeNull();
    await school.completed(id);
  });
});
