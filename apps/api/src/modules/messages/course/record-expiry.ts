import { type RequestContext, systemContext } from "../../../platform/context.ts";
import type { Tx } from "../../../platform/database/index.ts";
import { recordAudit } from "../../audit/index.ts";
import type { LockedCourse } from "./course.repository.ts";

/** Records that a message's time was over: nobody has ended it, whoever found out. */
export const recordExpiry = (
  tx: Tx,
  ctx: RequestContext,
  messageId: string,
  before: Pick<LockedCourse, "title" | "state">,
): Promise<void> =>
  recordAudit(
    tx,
    { ...systemContext(ctx.tenantId, "scheduler", ctx), requestId: ctx.requestId },
    {
      action: "message.expired",
      subjectId: messageId,
      subjectName: before.title,
      before: { state: before.state },
      after: { state: "expired" },
    },
  );
