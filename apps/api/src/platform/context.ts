import type { Ability } from "./authorization/index.ts";

/** Who asks. */
export type Actor =
  | { kind: "member"; id: string; name: string; accountId: string }
  | { kind: "source"; id: string; name: string }
  | { kind: "system"; name: string };

/** What every use case gets first. The tenant comes from the credential, never from input. */
export interface RequestContext {
  tenantId: string;
  actor: Actor;
  ability: Ability;
  requestId: string;
  ipAddress?: string;
  now(): Date;
}
