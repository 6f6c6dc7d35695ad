import { m } from "#messages";
import { getLocale } from "#runtime";
import type { ApprovalLevel, Role } from "../../api/client.ts";

/** Who decides in a level: 审核员 任意一人. Roles that may not be read are left out. */
export function levelText(level: ApprovalLevel, roles: readonly Role[]): string {
  const names = level.roleIds.flatMap((id) => roles.find((role) => role.id === id)?.name ?? []);
  const who = new Intl.ListFormat(getLocale(), { type: "disjunction", style: "short" }).format(names);
  if (names.length === 0) return level.mode === "any" ? m.approvals_mode_any() : m.approvals_mode_all();
  return level.mode === "any" ? m.approvals_level_any({ roles: who }) : m.approvals_level_all({ roles: who });
}
