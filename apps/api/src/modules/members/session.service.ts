import { abilityOf } from "../../platform/authorization/index.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Actor, RequestContext } from "../../platform/context.ts";
import { hashPassword, randomToken, sha256, verifyPassword } from "../../platform/crypto/index.ts";
import type { Database, Transact, Tx } from "../../platform/database/index.ts";
import { forbidden, invalidField, noSuch } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { isOperator } from "../operators/index.ts";
import { type AccountRow, findAccount, findAccountByEmail, updatePassword } from "./account.repository.ts";
import { createLoginThrottle } from "./login-throttle.ts";
import { invalidCredentials } from "./member.errors.ts";
import { findMembership, type Membership } from "./member.repository.ts";
import * as repository from "./session.repository.ts";
import { SESSION_IDLE_MS, SESSION_MAX_MS } from "./session.rules.ts";

/** A request before anybody is known. */
export type Visit = Pick<RequestContext, "requestId" | "ipAddress">;

export interface CreateSession {
  /** Lower case. */
  email: string;
  password: string;
  /** The token the browser had until now: its session ends. */
  replacedToken?: string | undefined;
}

export interface ChangePassword {
  currentPassword: string;
  newPassword: string;
}

/** Who is signed in, the tenants they may change to, and whether they run the installation. */
export type Me = Membership & { tenants: { id: string; name: string }[]; isOperator: boolean };

const TOKEN_BYTES = 32;

export interface SessionServiceDeps {
  database: Pick<Database, "transaction">;
  transact: Transact;
  clock: Clock;
}

export function createSessionService(deps: SessionServiceDeps) {
  const throttle = createLoginThrottle(deps.clock);
  /** Checked when the account is unknown, so that the answer takes as long as for a known one. */
  const decoyHash = hashPassword(randomToken(TOKEN_BYTES));

  async function findVerified(email: string, password: string, visit: Visit): Promise<AccountRow> {
    let account: AccountRow | undefined;
    const passed = await throttle.guard({ email, ipAddress: visit.ipAddress }, async () => {
      account = await deps.database.transaction((tx) => findAccountByEmail(tx, email));
      const matches = await verifyPassword(account?.passwordHash ?? (await decoyHash), password);
      return matches && account !== undefined;
    });
    if (!passed || !account) throw invalidCredentials("The email or the password is wrong.");
    return account;
  }

  return {
    /** Signs in, into the tenant of the oldest membership. The token is for the cookie and is kept nowhere else. */
    async createSession(visit: Visit, input: CreateSession): Promise<{ token: string; me: Me }> {
      const account = await findVerified(input.email, input.password, visit);
      const tenants = await deps.database.transaction((tx) => repository.listMemberships(tx, account.id));
      const tenantId = tenants[0]?.id;
      if (!tenantId) throw forbidden("This login is not an active member of any tenant.");
      const token = randomToken(TOKEN_BYTES);
      const me = await deps.transact({ tenantId }, async (tx) => {
        const now = deps.clock.now();
        if (input.replacedToken) await repository.deleteSession(tx, sha256(input.replacedToken));
        await repository.deleteEndedSessions(tx, account.id, {
          expiredBy: now,
          idleSince: new Date(now.getTime() - SESSION_IDLE_MS),
        });
        await repository.insertSession(tx, {
          id: newId("session"),
          tokenHash: sha256(token),
          accountId: account.id,
          currentTenantId: tenantId,
          usedAt: now,
          expiresAt: new Date(now.getTime() + SESSION_MAX_MS),
        });
        const membership = await enter(tx, { ...visit, now: () => now }, tenantId, account.id);
        return { ...membership, tenants, isOperator: await isOperator(tx, account.id) };
      });
      return { token, me };
    },

    /** Signs out: the token is worthless from now on, whoever has a copy. */
    async deleteSession(ctx: RequestContext, token: string): Promise<void> {
      const actor = memberOf(ctx);
      await deps.transact(ctx, async (tx) => {
        await repository.deleteSession(tx, sha256(token));
        await recordAudit(tx, ctx, { action: "member.signed_out", ...named(actor) });
      });
    },

    async getMe(ctx: RequestContext): Promise<Me> {
      const { accountId } = memberOf(ctx);
      return deps.transact(ctx, async (tx) => {
        const membership = await getMembership(tx, ctx.tenantId, accountId);
        const tenants = await repository.listMemberships(tx, accountId);
        return { ...membership, tenants, isOperator: await isOperator(tx, accountId) };
      });
    },

    /** Changes to another tenant of the same login. */
    async switchTenant(ctx: RequestContext, token: string, tenantId: string): Promise<Me> {
      const { accountId } = memberOf(ctx);
      return deps.transact({ tenantId }, async (tx) => {
        const tenants = await repository.listMemberships(tx, accountId);
        if (!tenants.some(({ id }) => id === tenantId)) throw noSuch("tenant", tenantId);
        await repository.moveSession(tx, sha256(token), tenantId);
        const membership = await enter(tx, ctx, tenantId, accountId);
        return { ...membership, tenants, isOperator: await isOperator(tx, accountId) };
      });
    },

    /** Ends every other session of the login: whoever knew the old password is out. */
    async changePassword(ctx: RequestContext, token: string, input: ChangePassword): Promise<void> {
      const actor = memberOf(ctx);
      const account = await deps.database.transaction((tx) => findAccount(tx, actor.accountId));
      if (!account) throw noSuch("account", actor.accountId);
      const attempt = { email: account.email, ipAddress: ctx.ipAddress };
      const passed = await throttle.guard(attempt, () =>
        verifyPassword(account.passwordHash, input.currentPassword),
      );
      if (!passed) throw invalidField("/currentPassword", "This is not the current password.", "wrong");
      const passwordHash = await hashPassword(input.newPassword);
      await deps.transact(ctx, async (tx) => {
        await updatePassword(tx, account.id, passwordHash);
        await repository.deleteOtherSessions(tx, account.id, sha256(token));
        await recordAudit(tx, ctx, { action: "member.password_changed", ...named(actor) });
      });
    },
  };
}

export type SessionService = ReturnType<typeof createSessionService>;

type MemberActor = Extract<Actor, { kind: "member" }>;

/** The member who is signed in; 403 for a source, whose API key has neither session nor password. */
export function memberOf(ctx: RequestContext): MemberActor {
  if (ctx.actor.kind !== "member") {
    throw forbidden("Only a member who is signed in can do this; an API key speaks for its source.");
  }
  return ctx.actor;
}

async function getMembership(tx: Tx, tenantId: string, accountId: string): Promise<Membership> {
  const membership = await findMembership(tx, tenantId, accountId);
  if (!membership) throw forbidden("This login is not an active member of the tenant.");
  return membership;
}

/** Notes in the tenant's audit log that the member has come in. */
async function enter(
  tx: Tx,
  visit: Visit & Pick<RequestContext, "now">,
  tenantId: string,
  accountId: string,
): Promise<Membership> {
  const membership = await getMembership(tx, tenantId, accountId);
  const { id, name, role } = membership;
  const { requestId, ipAddress, now } = visit;
  const ctx: RequestContext = {
    tenantId,
    actor: { kind: "member", id, name, accountId },
    ability: abilityOf(role.permissions),
    requestId,
    ...(ipAddress === undefined ? {} : { ipAddress }),
    now,
  };
  await recordAudit(tx, ctx, { action: "member.signed_in", ...named(membership) });
  return membership;
}

const named = (member: { id: string; name: string }) => ({ subjectId: member.id, subjectName: member.name });
