import type { schema } from "@tidings/db";
import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { recordAudit } from "../../audit/index.ts";
import { setRate } from "../../deliveries/index.ts";
import { messageNotScheduled, messageOver } from "../message.errors.ts";
import { lockCourse, saveCourse } from "./course.repository.ts";
import { expiryOf, isPaceable, judgeSchedule, type Schedule } from "./schedule.rules.ts";

export interface UpdateMessageDeps {
  transact: Transact;
  /** Throws 404 unless the actor may see the message. */
  assertVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<unknown>;
}

/** What can be changed of a message that has been accepted. */
export interface MessageUpdate {
  schedule?: Schedule | undefined;
  /** Null: as fast as it can. */
  rate?: schema.Rate | null | undefined;
}

export function createUpdateMessage(deps: UpdateMessageDeps) {
  return async function updateMessage(
    ctx: RequestContext,
    messageId: string,
    update: MessageUpdate,
  ): Promise<void> {
    authorize(ctx, "send", "Message");
    await deps.transact(ctx, async (tx) => {
      await deps.assertVisible(tx, ctx, messageId);
      if (update.schedule) await reschedule(tx, ctx, messageId, update.schedule);
      if (update.rate !== undefined) await changeRate(tx, ctx, messageId, update.rate);
    });
  };
}

export type UpdateMessage = ReturnType<typeof createUpdateMessage>;

async function changeRate(
  tx: Tx,
  ctx: RequestContext,
  messageId: string,
  rate: schema.Rate | null,
): Promise<void> {
  const course = await lockCourse(tx, ctx.tenantId, messageId);
  if (!course) throw new Error("the message has gone between two statements of one transaction");
  if (!isPaceable(course.state))
    throw messageOver(`The message is ${course.state}; it has no rate any more.`);
  await setRate(tx, ctx.tenantId, messageId, rate);
  await recordAudit(tx, ctx, {
    action: "message.rate_changed",
    subjectId: messageId,
    subjectName: course.title,
    before: { rate: course.rate },
    after: { rate },
  });
}

async function reschedule(tx: Tx, ctx: RequestContext, messageId: string, schedule: Schedule): Promise<void> {
  const scheduledAt = judgeSchedule(schedule, ctx.now()) ?? ctx.now();
  const course = await lockCourse(tx, ctx.tenantId, messageId);
  if (!course) throw new Error("the message has gone between two statements of one transaction");
  const goesOnAs = course.state === "paused" ? course.pausedFrom : course.state;
  if (goesOnAs !== "scheduled") {
    throw messageNotScheduled(`The message is ${course.state}; only a scheduled one gets another time.`);
  }
  const { timeZone } = schedule;
  const expiresAt = expiryOf(course.ttlSeconds, scheduledAt);
  await saveCourse(tx, ctx.tenantId, messageId, { ...course, scheduledAt, expiresAt, timeZone });
  await recordAudit(tx, ctx, {
    action: "message.rescheduled",
    subjectId: messageId,
    subjectName: course.title,
    before: { scheduledAt: course.scheduledAt?.toISOString(), timeZone: course.timeZone },
    after: { scheduledAt: scheduledAt.toISOString(), timeZone },
  });
}
