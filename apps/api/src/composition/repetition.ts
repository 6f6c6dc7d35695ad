import { holdApproval, isApprovalNeeded, voidApproval } from "../modules/approvals/index.ts";
import type { Admission, SendPlanner } from "../modules/messages/index.ts";
import { createResendService, type ResendDeps, resendRoutes } from "../modules/resends/index.ts";
import { createCreateSeries, createSeriesService, seriesRoutes } from "../modules/series/index.ts";
import { askForMessage, askForSeries } from "./ask-for-approval.ts";
import type { Foundation } from "./foundation.ts";

export interface RepetitionDeps extends Pick<ResendDeps, "assertVisible" | "nudge"> {
  planSend: SendPlanner;
  admission: Admission;
}

/** What sends something again: once on request, or by the calendar. */
export function composeRepetition(
  { transact, plugins: catalogue }: Foundation,
  { planSend, admission, assertVisible, nudge }: RepetitionDeps,
) {
  const resends = createResendService({
    transact,
    admission,
    requestApproval: askForMessage,
    assertVisible,
    isApprovalNeeded,
    nudge,
  });
  const createSeries = createCreateSeries({ transact, planSend, catalogue, requestApproval: askForSeries });
  const series = createSeriesService({
    transact,
    holdApproval,
    withdrawApproval: (tx, ctx, id) => voidApproval(tx, ctx, { kind: "series", id }),
  });
  return [resendRoutes(resends), seriesRoutes(createSeries, series)];
}
