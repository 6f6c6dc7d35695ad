import type { Ability, Action, Permission, Subject } from "../../platform/authorization/index.ts";

/** The built-in role of which every tenant keeps an active member. */
export const OWNER_ROLE = "owner";

export function isActiveOwner(member: { state: string; role: { code: string } }): boolean {
  return member.state === "active" && member.role.code === OWNER_ROLE;
}

/** Whether the member could act in the role before and cannot any more. */
export function hasLostRole(
  before: { state: string; role: { id: string } },
  after: { state: string; role: { id: string } },
): boolean {
  return before.state === "active" && (after.state !== "active" || after.role.id !== before.role.id);
}

/**
 * The first permission that the actor lacks, or undefined when the actor has them all. Whoever hands out more than
 * they have could make a second login and become anything.
 */
export function findLacking(
  ability: Ability,
  permissions: readonly Permission[],
): { action: Action; subject: Subject } | undefined {
  return permissions
    .flatMap(({ action, subject }) =>
      [action].flat().flatMap((one) => [subject].flat().map((other) => ({ action: one, subject: other }))),
    )
    .find(({ action, subject }) => !ability.can(action, subject));
}
