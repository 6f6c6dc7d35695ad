import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { forbidden, invalidInput, noSuch, type ProblemError } from "../../platform/errors.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { PluginCatalogue } from "./address.rules.ts";
import type { UserRecord } from "./user.repository.ts";
import { lockUsers } from "./user.repository.ts";
import type { Identity, IdentityScope } from "./user.rules.ts";
import { getVisibleUser } from "./user.service.ts";
import { deleteIdentity } from "./user-write.repository.ts";
import { auditView, named, writeUsers } from "./write-users.ts";

export function createIdentityService(deps: {
  transact: Transact;
  plugins: PluginCatalogues<PluginCatalogue>;
}) {
  return {
    /** Sets the user's address of one kind and scope; other kinds and scopes stay. */
    async setIdentity(ctx: RequestContext, userId: string, identity: Identity): Promise<UserRecord> {
      authorize(ctx, "update", "User");
      return deps.transact(ctx, async (tx) => {
        await getLockedUser(tx, ctx, userId);
        const [outcome] = await writeUsers(tx, ctx, deps.plugins.of(ctx.tenantId), [
          { userId, identities: [identity] },
        ]);
        if (outcome?.status === "failed") throw atBody(outcome.problem);
        return getVisibleUser(tx, ctx, userId);
      });
    },

    async deleteIdentity(
      ctx: RequestContext,
      userId: string,
      kind: string,
      scope: IdentityScope,
    ): Promise<void> {
      authorize(ctx, "update", "User");
      await deps.transact(ctx, async (tx) => {
        assertOwnScope(ctx, scope);
        const before = await getLockedUser(tx, ctx, userId);
        const deleted = await deleteIdentity(tx, ctx.tenantId, before.id, kind, scope);
        if (!deleted) throw noSuch(`identity of "${userId}" with this scope for`, kind);
        const [after] = await lockUsers(tx, ctx.tenantId, [userId]);
        await recordAudit(tx, ctx, {
          action: "user.updated",
          ...named(before),
          before: auditView(before),
          after: auditView(after ?? before),
        });
      });
    },
  };
}

export type IdentityService = ReturnType<typeof createIdentityService>;

async function getLockedUser(tx: Tx, ctx: RequestContext, userId: string): Promise<UserRecord> {
  const [user] = await lockUsers(tx, ctx.tenantId, [userId]);
  if (!user) throw noSuch("user", userId);
  return user;
}

function assertOwnScope(ctx: RequestContext, scope: IdentityScope): void {
  if (ctx.actor.kind !== "source" || scope.kind !== "source" || scope.sourceId === ctx.actor.id) return;
  throw forbidden("A source deletes identities bound to itself, not to another source.");
}

/** Here the identity is the body itself, not the first of a user's. */
function atBody(problem: ProblemError): ProblemError {
  const errors = problem.options.errors ?? [];
  return invalidInput(problem.message, {
    errors: errors.map((error) => ({ ...error, pointer: error.pointer.replace("/identities/0", "") })),
  });
}
