import type { OnDecided } from "../modules/approvals/index.ts";
import { decideMessage } from "../modules/messages/index.ts";
import { decideSeries } from "../modules/series/index.ts";

/** What follows from a decided approval, whoever or whatever has decided it. */
export const applyDecision: OnDecided = async (tx, ctx, subject, outcome) => {
  if (subject.kind === "series") await decideSeries(tx, ctx.tenantId, subject.id, outcome);
  if (subject.kind !== "message") return;
  await decideMessage(tx, ctx, subject.id, { outcome, at: ctx.now() });
};
