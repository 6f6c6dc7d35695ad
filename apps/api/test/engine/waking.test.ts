import { afterAll, beforeAll, expect, it } from "vitest";
import { createWakingLoop } from "../../src/modules/messages/index.ts";
import {
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  timePasses,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

const inSeconds = (seconds: number) => ({
  at: new Date(Date.now() + seconds * 1000).toISOString(),
  timeZone: "Asia/Shanghai",
});

it("begins messages behind one that cannot be woken", async () => {
  const other = await givenSchool(installation, "邻校");
  const broken = await school.send(messageTo(users("u-1"), ["courier"], { schedule: inSeconds(60) }));
  const behind = await other.send(messageTo(users("u-1"), ["courier"], { schedule: inSeconds(61) }));
  await timePasses(installation, 120);
  const { dispatch, transactAsWorker, clock } = installation.foundation;
  const loop = createWakingLoop({
    dispatch,
    transact: (context, work) =>
      context.tenantId === school.tenantId
        ? Promise.reject(new Error("this one cannot be woken"))
        : transactAsWorker(context, work),
    withdrawApproval: async () => undefined,
    nudgeExpander: () => undefined,
    now: () => clock.now(),
  });
  await expect(loop.run()).rejects.toThrow("messages were not woken");
  expect((await other.message(behind)).state).toBe("expanding");
  expect((await school.message(broken)).state).toBe("scheduled");
});
