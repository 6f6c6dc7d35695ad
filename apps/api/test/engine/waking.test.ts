import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createWakingLoops } from "../../src/modules/messages/index.ts";
import type { Loop } from "../../src/platform/loops.ts";
import {
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
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
const later = (seconds: number, rest: object = {}) =>
  messageTo(users("u-1"), ["courier"], { schedule: inSeconds(seconds), ...rest });

/** One round of the loop. */
function wake(transact = installation.foundation.transactAsWorker): Promise<boolean> {
  const { dispatch, clock } = installation.foundation;
  const [waking] = createWakingLoops({
    dispatch,
    transact,
    withdrawApproval: async () => undefined,
    isApprovalByCost: async () => false,
    judgeAgain: async () => undefined,
    askAgain: async () => false,
    nudgeExpander: () => undefined,
    now: () => clock.now(),
  });
  return (waking as Loop).run();
}

it("begins messages behind one that cannot be woken", async () => {
  const other = await givenSchool(installation, "邻校");
  const broken = await school.send(later(60));
  const behind = await other.send(later(61));
  await timePasses(installation, 120);
  const { transactAsWorker } = installation.foundation;
  const round = wake((context, work) =>
    context.tenantId === school.tenantId
      ? Promise.reject(new Error("this one cannot be woken"))
      : transactAsWorker(context, work),
  );
  await expect(round).rejects.toThrow("messages were not woken");
  expect((await other.message(behind)).state).toBe("expanding");
  expect((await school.message(broken)).state).toBe("scheduled");
});

it("gives no other time to a message that has expired while it was paused", async () => {
  const id = await school.send(later(60, { ttlSeconds: 60 }));
  await mustSucceed(school.source("POST", `/v1/messages/${id}/pause`));
  await timePasses(installation, 180);
  await wake();
  expect(await school.message(id)).toMatchObject({ state: "expired", pausedFrom: null });
  const answer = await school.source("PATCH", `/v1/messages/${id}`, { schedule: inSeconds(60) });
  expectProblem(answer, "message-not-scheduled", 409);
});

it("records that a message has expired when it is approved too late", async () => {
  const strict = await givenSchool(installation, "严校");
  await mustSucceed(
    strict.owner("PUT", "/v1/approval-flow", {
      name: "审核",
      state: "on",
      conditions: { sourceIds: [strict.sourceId], composed: false },
      levels: [{ name: "一级", roleIds: [strict.roleIds.reviewer], mode: "any" }],
    }),
  );
  const id = await strict.send(later(60));
  await timePasses(installation, 120);
  const { approvalRequestId, contentHash } = await mustSucceed<{
    approvalRequestId: string;
    contentHash: string;
  }>(strict.owner("GET", `/v1/messages/${id}`));
  await mustSucceed(
    strict.reviewer("POST", `/v1/approval-requests/${approvalRequestId}/decisions`, {
      decision: "approve",
      contentHash,
    }),
  );
  expect((await strict.message(id)).state).toBe("expired");
  const audit = await strict.owner("GET", "/v1/audit-entries?action=message.expired");
  expect(audit.body.items).toMatchObject([
    { subjectId: id, actor: { kind: "system" }, before: { state: "pending_approval" } },
  ]);
});

it("leaves a message that another process holds for approval while it is judged to its request, when its time runs out too", async () => {
  const id = await school.send(later(3_600));
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
            expires_at = now() - interval '1 second', wake_at = now() - interval '1 second'
          where id = ${toUuid("message", id)}`,
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
