import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { recordAudit } from "../../audit/index.ts";
import { finishMessages, holdUnsent, releaseUnsent } from "../../deliveries/index.ts";
import { messageNotPausable, messageNotPaused } from "../message.errors.ts";
import { type LockedCourse, lockCourse, saveCourse } from "./course.repository.ts";
import { isPausable } from "./schedule.rules.ts";

export interface PauseDeps {
  transact: Transact;
  /** Throws 404 unless the actor may see the message. */
  assertVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<unknown>;
  /** Something may be due. */
  nudge(): void;
}

export function createPauseService(deps: PauseDeps) {
  async function locked(tx: Tx, ctx: RequestContext, messageId: string): Promise<LockedCourse> {
    await deps.assertVisible(tx, ctx, messageId);
    const course = await lockCourse(tx, ctx.tenantId, messageId);
    if (!course) throw new Error("the message has gone between two statements of one transaction");
    return course;
  }

  return {
    /** When this returns, no further delivery is begun; what a vendor has already keeps its outcome. */
    async pauseMessage(ctx: RequestContext, messageId: string): Promise<void> {
      authorize(ctx, "send", "Message");
      await deps.transact(ctx, async (tx) => {
        const course = await locked(tx, ctx, messageId);
        if (!isPausable(course.state)) {
          throw messageNotPausable(`The message is ${course.state}; there is nothing to pause.`);
        }
        const paused = { ...course, state: "paused", pausedFrom: course.state } as const;
        await saveCourse(tx, ctx.tenantId, messageId, paused);
        await holdUnsent(tx, ctx.tenantId, messageId);
        await recordCourse(tx, ctx, messageId, { action: "message.paused", before: course, after: paused });
      });
    },

    /** Goes on where the message was paused; a scheduled one whose time has passed begins now. */
    async resumeMessage(ctx: RequestContext, messageId: string): Promise<void> {
      authorize(ctx, "send", "Message");
      await deps.transact(ctx, async (tx) => {
        const course = await locked(tx, ctx, messageId);
        if (course.state !== "paused" || !course.pausedFrom) {
          throw messageNotPaused(`The message is ${course.state}, not paused.`);
        }
        const resumed = { ...course, state: course.pausedFrom, pausedFrom: null };
        await saveCourse(tx, ctx.tenantId, messageId, resumed);
        await releaseUnsent(tx, ctx.tenantId, messageId);
        // What was under way when it was paused may have been all that was left.
        await finishMessages(tx, ctx.tenantId, [messageId]);
        await recordCourse(tx, ctx, messageId, { action: "message.resumed", before: course, after: resumed });
      });
      deps.nudge();
    },
  };
}

export type PauseService = ReturnType<typeof createPauseService>;

const recordCourse = (
  tx: Tx,
  ctx: RequestContext,
  subjectId: string,
  change: { action: string; before: LockedCourse; after: Pick<LockedCourse, "state"> },
) =>
  recordAudit(tx, ctx, {
    action: change.action,
    subjectId,
    subjectName: change.before.title,
    before: { state: change.before.state },
    after: { state: change.after.state },
  });
