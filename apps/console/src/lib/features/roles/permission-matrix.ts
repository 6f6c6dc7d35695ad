import { type Action, abilityOf, type Subject } from "#lib/ability.ts";
import type { Role } from "#lib/api/client.ts";
import { m } from "#messages";

/** What can be done, in the order in which it is read out. */
const actions: [Action, () => string][] = [
  ["read", m.roles_action_read],
  ["create", m.roles_action_create],
  ["update", m.roles_action_update],
  ["delete", m.roles_action_delete],
  ["send", m.roles_action_send],
  ["publish", m.roles_action_publish],
  ["approve", m.roles_action_approve],
];

/** What it can be done to, with the actions that mean something there, grouped as in the navigation. */
const groups: { label: () => string; subjects: [Subject, () => string, Action[]][] }[] = [
  {
    label: m.nav_messages,
    subjects: [
      ["Message", m.nav_messages, ["read", "send"]],
      ["Template", m.templates_title, ["read", "create", "update", "delete", "publish"]],
      ["Policy", m.policies_title, ["read", "create", "update", "delete"]],
      ["Statistics", m.reports_title, ["read"]],
    ],
  },
  {
    label: m.approvals_title,
    subjects: [
      ["ApprovalRequest", m.roles_approval_requests, ["read", "approve"]],
      ["ApprovalFlow", m.roles_approval_flow, ["read", "update"]],
    ],
  },
  {
    label: m.nav_people,
    subjects: [
      ["User", m.users_title, ["read", "create", "update", "delete"]],
      ["Department", m.departments_title, ["read", "create", "update", "delete"]],
      ["Tag", m.tags_title, ["read", "create", "update", "delete"]],
      ["Segment", m.segments_title, ["read", "create", "update", "delete"]],
      ["Suppression", m.suppressions_title, ["read", "create", "delete"]],
      ["RecipientList", m.recipient_lists_title, ["read", "create", "update", "delete"]],
    ],
  },
  {
    label: m.roles_systems,
    subjects: [
      ["Source", m.sources_title, ["read", "create", "update", "delete"]],
      ["Channel", m.channels_title, ["read", "create", "update", "delete"]],
      ["Plugin", m.roles_plugins, ["read"]],
    ],
  },
  {
    label: m.nav_settings,
    subjects: [
      ["Member", m.members_title, ["read", "create", "update", "delete"]],
      ["Role", m.roles_title, ["read"]],
      ["Quota", m.quotas_title, ["read"]],
      ["AuditEntry", m.audit_title, ["read"]],
      ["Tenant", m.roles_tenant, ["read", "update"]],
    ],
  },
];

export interface MatrixRow {
  subject: string;
  /** One for each role, in the order of the roles. */
  cells: string[][];
}

/** Subjects down, roles across; a cell lists what the role may do there, in words. */
export function permissionMatrix(roles: readonly Role[]): { label: string; rows: MatrixRow[] }[] {
  const abilities = roles.map(({ permissions }) => abilityOf(permissions));
  return groups.map(({ label, subjects }) => ({
    label: label(),
    rows: subjects.map(([subject, name, possible]) => ({
      subject: name(),
      cells: abilities.map((ability) =>
        actions
          .filter(([action]) => possible.includes(action) && ability.can(action, subject))
          .map(([, word]) => word()),
      ),
    })),
  }));
}
