import type { Permission } from "../../platform/authorization/index.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Actor } from "../../platform/context.ts";
import { sha256 } from "../../platform/crypto/index.ts";
import type { Database, Transact, Tx } from "../../platform/database/index.ts";
import { findMembership } from "./member.repository.ts";
import { findSession, noteSessionUse, type SessionRow } from "./session.repository.ts";
import { isLive, isUseDue } from "./session.rules.ts";

/** Whom a session's token speaks for; undefined when the session has ended or the member is not active. */
export type SessionAuthenticator = (
  token: string,
) => Promise<
  { tenantId: string; actor: Extract<Actor, { kind: "member" }>; permissions: Permission[] } | undefined
>;

export interface SessionAuthenticatorDeps {
  database: Pick<Database, "transaction">;
  transact: Transact;
  clock: Clock;
}

/** Nothing is remembered between requests: a lost permission or an ended session counts from the next one on. */
export function createSessionAuthenticator(deps: SessionAuthenticatorDeps): SessionAuthenticator {
  return async (token) => {
    const now = deps.clock.now();
    const session = await deps.database.transaction((tx) => useSession(tx, token, now));
    if (!session) return undefined;
    const { currentTenantId: tenantId, accountId } = session;
    const member = await deps.transact({ tenantId }, (tx) => findMembership(tx, tenantId, accountId));
    if (!member) return undefined;
    return {
      tenantId,
      actor: { kind: "member", id: member.id, name: member.name, accountId },
      permissions: member.role.permissions,
    };
  };
}

async function useSession(tx: Tx, token: string, now: Date): Promise<SessionRow | undefined> {
  const session = await findSession(tx, sha256(token));
  if (!session || !isLive(session, now)) return undefined;
  if (isUseDue(session, now)) await noteSessionUse(tx, session.id, now);
  return session;
}
