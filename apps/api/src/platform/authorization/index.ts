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

/** The ability of an actor with these permissions; what is not listed is denied. */
export function abilityOf(permissions: readonly Permission[]): Ability {
  return createMongoAbility<[Action, Subject]>(permissions as RawRuleOf<Ability>[]);
}

/** Throws 403 unless the actor may do this. Called first in every use case. */
export function authorize(ctx: { ability: Ability }, action: Action, subject: Subject): void {
  if (ctx.ability.can(action, subject)) return;
  throw forbidden(`Your role does not include the permission to ${action} ${subject}.`);
}
