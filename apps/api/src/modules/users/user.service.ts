import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota, noteUserDeleted } from "../tenants/index.ts";
import type { PluginCatalogue } from "./address.rules.ts";
import { userNotUnique } from "./user.errors.ts";
import type { UserFilter, UserRecord } from "./user.repository.ts";
import * as repository from "./user.repository.ts";
import { maskUser, type UserInput } from "./user.rules.ts";
import { auditView, named, type WriteOutcome, writeUsers } from "./write-users.ts";

export function createUserService(deps: { transact: Transact; plugins: PluginCatalogues<PluginCatalogue> }) {
  return {
    async createUser(ctx: RequestContext, input: UserInput): Promise<UserRecord> {
      authorize(ctx, "create", "User");
      return deps.transact(ctx, async (tx) => {
        const status = await writeUser(tx, ctx, deps.plugins.of(ctx.tenantId), input);
        if (status === "updated") throw taken(input.userId);
        return getVisibleUser(tx, ctx, input.userId);
      });
    },

    /** Creates the user, or completes what is known of it. */
    async saveUser(ctx: RequestContext, input: UserInput): Promise<UserRecord> {
      authorize(ctx, "update", "User");
      return deps.transact(ctx, async (tx) => {
        const status = await writeUser(tx, ctx, deps.plugins.of(ctx.tenantId), input);
        if (status === "created") authorize(ctx, "create", "User");
        return getVisibleUser(tx, ctx, input.userId);
      });
    },

    /** Saves many users; one that cannot be saved does not keep the others from it. */
    async saveUsers(ctx: RequestContext, inputs: readonly UserInput[]): Promise<WriteOutcome[]> {
      authorize(ctx, "create", "User");
      authorize(ctx, "update", "User");
      return deps.transact(ctx, (tx) => writeUsers(tx, ctx, deps.plugins.of(ctx.tenantId), inputs));
    },

    async listUsers(ctx: RequestContext, filter: UserFilter & PageRequest): Promise<Page<UserRecord>> {
      authorize(ctx, "read", "User");
      const rows = await deps.transact(ctx, (tx) => repository.listUsers(tx, ctx.tenantId, filter, filter));
      return toPage(
        rows,
        filter,
        (row) => row.id,
        (row) => visible(ctx, row),
      );
    },

    async getUser(ctx: RequestContext, userId: string): Promise<UserRecord> {
      authorize(ctx, "read", "User");
      return deps.transact(ctx, (tx) => getVisibleUser(tx, ctx, userId));
    },

    /** Deletes the user; what has not been sent to it is left out when its turn comes. */
    async deleteUser(ctx: RequestContext, userId: string): Promise<void> {
      authorize(ctx, "delete", "User");
      await deps.transact(ctx, async (tx) => {
        // The quota before the user, as in `writeUsers`: in another order the two could lock each other out.
        await giveBackQuota(tx, ctx, "users");
        const [before] = await repository.lockUsers(tx, ctx.tenantId, [userId]);
        if (!before) throw noSuch("user", userId);
        await repository.deleteUsers(tx, ctx.tenantId, [userId]);
        await noteUserDeleted(tx, ctx.tenantId);
        await recordAudit(tx, ctx, {
          action: "user.deleted",
          ...named(before),
          before: { userId, ...auditView(before) },
        });
      });
    },
  };
}

export type UserService = ReturnType<typeof createUserService>;

async function writeUser(
  tx: Tx,
  ctx: RequestContext,
  plugins: PluginCatalogue,
  input: UserInput,
): Promise<"created" | "updated"> {
  const [outcome] = await writeUsers(tx, ctx, plugins, [input]);
  if (outcome?.status === "failed") throw outcome.problem;
  return outcome?.status ?? "updated";
}

/** The user as the actor may see it. */
export async function getVisibleUser(tx: Tx, ctx: RequestContext, userId: string): Promise<UserRecord> {
  const user = await repository.findUser(tx, ctx.tenantId, userId);
  if (!user) throw noSuch("user", userId);
  return visible(ctx, user);
}

/** Only who may change addresses sees them in clear. */
const visible = (ctx: RequestContext, user: UserRecord): UserRecord =>
  ctx.ability.can("update", "User") ? user : maskUser(user);

const taken = (userId: string) =>
  userNotUnique(`A user with the id "${userId}" exists already.`, {
    errors: [{ pointer: "/userId", detail: `"${userId}" is taken.`, code: "taken" }],
  });
