import { m } from "#messages";
import type { ApprovalRequestDetail } from "../../api/client.ts";

/** Why the member cannot decide a request now; undefined when nothing has to be said. */
export function whyNot(
  request: ApprovalRequestDetail,
  member: { id: string; mayApprove: boolean },
): string | undefined {
  if (request.canDecide || request.state !== "pending") return undefined;
  const level = request.levels[request.level]?.name ?? "";
  if (request.requestedBy.memberId === member.id) return m.approvals_author_cannot();
  const own = request.decisions.find((decision) => decision.memberId === member.id);
  if (own && own.level < request.level) return m.approvals_decided_earlier({ level });
  if (own) return m.approvals_waits_for_others({ level });
  return member.mayApprove ? m.approvals_other_level({ level }) : m.approvals_waits_for({ level });
}

/** What approving leads to: the next level, others of this one, or sending. */
export function approvalConsequence(request: ApprovalRequestDetail): string {
  const current = request.levels[request.level];
  const next = request.levels[request.level + 1];
  if (current?.mode === "all") return m.approvals_consequence_all({ level: current.name });
  return next ? m.approvals_consequence_next({ level: next.name }) : m.approvals_consequence_last();
}
