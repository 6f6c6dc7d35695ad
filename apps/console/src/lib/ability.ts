import { createMongoAbility, type MongoAbility, type RawRuleOf } from "@casl/ability";
import type { Permission } from "./api/client.ts";

// The API's catalogue of permissions in the words the console asks about.
export type Action = "read" | "create" | "update" | "delete" | "send" | "approve" | "publish" | "manage";

export type Subject =
  | "ApprovalFlow"
  | "ApprovalRequest"
  | "AuditEntry"
  | "Channel"
  | "Department"
  | "Member"
  | "Message"
  | "Plugin"
  | "Policy"
  | "Quota"
  | "RecipientList"
  | "Role"
  | "Segment"
  | "Source"
  | "Statistics"
  | "Suppression"
  | "Tag"
  | "Template"
  | "Tenant"
  | "User"
  | "all";

export type Ability = MongoAbility<[Action, Subject]>;

/** What these permissions allow; what is not listed is denied, and so is what the console knows no word for. */
export function abilityOf(permissions: readonly Permission[]): Ability {
  return createMongoAbility<Ability>(permissions as RawRuleOf<Ability>[]);
}
