import { createMongoAbility, type MongoAbility, type RawRuleOf } from "@casl/ability";
import { forbidden } from "../errors.ts";
import type { Action, Permission, Subject } from "./catalogue.ts";

export {
  type Action,
  BUILT_IN_ROLES,
  type Permission,
  SOURCE_PERMISSIONS,
  type Subject,
} from "./catalogue.ts";

export type Ability = MongoAbility<[Action, Subject]>;

/** Building an ability costs as much as the rest of a small request, and every source has the same permissions. */
const abilities = new WeakMap<readonly Permission[], Ability>();

/** The ability of an actor with these permissions; what is not listed is denied. */
export function abilityOf(permissions: readonly Permission[]): Ability {
  const known = abilities.get(permissions);
  if (known) return known;
  const ability = createMongoAbility<[Action, Subject]>(permissions as RawRuleOf<Ability>[]);
  abilities.set(permissions, ability);
  return ability;
}

/** Throws 403 unless the actor may do this. Called first in every use case. */
export function authorize(ctx: { ability: Ability }, action: Action, subject: Subject): void {
  if (ctx.ability.can(action, subject)) return;
  throw forbidden(`Your role does not include the permission to ${action} ${subject}.`);
}
