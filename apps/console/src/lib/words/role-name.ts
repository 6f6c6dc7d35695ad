import { m } from "#messages";

/** The roles that every tenant starts with; others are called as the tenant calls them. */
const builtIn: Record<string, () => string> = {
  owner: m.roles_owner,
  operator: m.roles_operator,
  reviewer: m.roles_reviewer,
};

export function roleName({ code, name }: { code: string; name: string }): string {
  return builtIn[code]?.() ?? name;
}

const summaries: Record<string, () => string> = {
  owner: m.roles_owner_text,
  operator: m.roles_operator_text,
  reviewer: m.roles_reviewer_text,
};

/** What the role is for, in one sentence; a role of the tenant's own has none. */
export function roleSummary({ code }: { code: string }): string | undefined {
  return summaries[code]?.();
}
