import { type Ability, abilityOf } from "./authorization/index.ts";
import type { Clock } from "./clock.ts";

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

/** What the platform does by itself, for the audit log: nobody asked, and nothing is asked of an ability. */
export const systemContext = (tenantId: string, name: string, clock: Clock): RequestContext => ({
  tenantId,
  actor: { kind: "system", name },
  ability: abilityOf([]),
  requestId: "system",
  now: () => clock.now(),
});
