import type { RequestContext } from "../../platform/context.ts";
import { forbidden } from "../../platform/errors.ts";

/** Who acts on the installation itself. */
export type InstallationActor =
  | { kind: "member"; accountId: string; name: string }
  /** A token of the publisher's was shown; `name` is the token's. */
  | { kind: "publisher"; publisherId: string; name: string }
  | { kind: "system"; name: string };

/** What use cases get that belong to no tenant: nothing in it leads into one. */
export interface InstallationContext<Actor extends InstallationActor = InstallationActor> {
  actor: Actor;
  requestId: string;
  ipAddress?: string;
  now(): Date;
}

export type LoginContext = InstallationContext<Extract<InstallationActor, { kind: "member" }>>;

/** The login behind a session, without the tenant it works in; 403 for a source. */
export function loginOf(ctx: RequestContext): LoginContext {
  const { actor, requestId, ipAddress } = ctx;
  if (actor.kind !== "member") {
    throw forbidden("Only a member who is signed in can do this; an API key speaks for its source.");
  }
  return {
    actor: { kind: "member", accountId: actor.accountId, name: actor.name },
    requestId,
    ...(ipAddress === undefined ? {} : { ipAddress }),
    now: () => ctx.now(),
  };
}
