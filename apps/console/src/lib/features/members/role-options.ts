import type { Role } from "#lib/api/client.ts";
import type { Option } from "#lib/ui/form/option.ts";
import { roleName, roleSummary } from "#lib/words/role-name.ts";

/** The roles to choose from, with what each is for. */
export function roleOptions(roles: readonly Role[]): Option[] {
  return roles.map((role) => ({ value: role.id, label: roleName(role), description: roleSummary(role) }));
}
