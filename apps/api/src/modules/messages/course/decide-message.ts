import type { RequestContext } from "../../../platform/context.ts";
import type { Tx } from "../../../platform/database/index.ts";
import { lockCourse, saveCourse } from "./course.repository.ts";
import { recordExpiry } from "./record-expiry.ts";
import { stateWhenApproved } from "./schedule.rules.ts";

/** What a decided approval does to the message it was about. */
export async function decideMessage(
  tx: Tx,
  ctx: RequestContext,
  messageId: string,
  decided: { outcome: "approved" | "rejected"; at: Date },
): Promise<void> {
  const course = await lockCourse(tx, ctx.tenantId, messageId);
  if (course?.state !== "pending_approval") return;
  const state = decided.outcome === "approved" ? stateWhenApproved(course, decided.at) : "rejected";
  await saveCourse(tx, ctx.tenantId, messageId, { ...course, state });
  if (state === "expired") await recordExpiry(tx, ctx, messageId, course);
}
