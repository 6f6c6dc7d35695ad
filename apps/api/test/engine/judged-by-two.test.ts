import { afterAll, beforeAll, expect, it } from "vitest";
import { createWakingLoops } from "../../src/modules/messages/index.ts";
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

it("leaves a message that another process holds for approval meanwhile to its request, when its time runs out too", async () => {
  const schedule = { at: new Date(Date.now() + 3_600_000).toISOString(), timeZone: "Asia/Shanghai" };
  const id = await school.send(messageTo(users("u-1"), ["courier"], { schedule }));
  await timePasses(installation, 3_601);
  const { dispatch, transactAsWorker } = installation.foundation;
  const [waking, judging] = createWakingLoops({
    dispatch,
    transact: transactAsWorker,
    withdrawApproval: async () => {},
    isApprovalByCost: async () => true,
    judgeAgain: async () => {
      await installation.books.transaction(
        ({ sql }) => sql`
          update messages set state = 'pending_approval', needs_approval = true, scheduled_at = null,
            expires_at = now() - interval '1 second', wake_at = now() - interval '1 second'`,
      );
      return undefined;
    },
    askAgain: async () => true,
    nudgeExpander: () => {},
    now: () => new Date(),
  });
  await waking?.run();
  await judging?.run();
  expect((await school.message(id)).state).toBe("pending_approval");
});
