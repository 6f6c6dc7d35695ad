import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { invalidInput, noSuch } from "../../platform/errors.ts";
import { recordAudit } from "../audit/index.ts";
import { MESSAGE_CATEGORIES, type MessageCategory } from "../templates/index.ts";
import { lockTenant } from "../tenants/index.ts";
import { findUser, lockUsers, type UserRecord } from "../users/index.ts";
import { tooManyQuietHours } from "./quiet-hours.errors.ts";
import * as repository from "./quiet-hours.repository.ts";
import {
  checkQuietHours,
  defaultChoice,
  judgeQuietHours,
  MAX_SHARED,
  type QuietHours,
  type QuietHoursSettings,
} from "./quiet-hours.rules.ts";
import { type ReleaseDeps, releaseAfterChange } from "./releasing.ts";

/** The settings, and when the quiet hours end in which a message of a category would be deferred now. */
export type TenantQuietHours = QuietHoursSettings & { endsAt: Partial<Record<MessageCategory, Date>> };

export interface SaveQuietHours {
  ofTenant: QuietHours | null;
  ofCategories: Record<MessageCategory, QuietHours | null>;
}

export interface QuietHoursDeps extends ReleaseDeps {
  transact: Transact;
  nudge(): void;
}

export function createQuietHoursService(deps: QuietHoursDeps) {
  return {
    /** Whoever has a credential of the tenant may know when its users are not to be disturbed. */
    async getQuietHours(ctx: RequestContext): Promise<TenantQuietHours> {
      const settings = await deps.transact(ctx, (tx) => repository.findSettings(tx, ctx.tenantId));
      return withEnds(settings, ctx.now());
    },

    async saveQuietHours(ctx: RequestContext, input: SaveQuietHours): Promise<TenantQuietHours> {
      authorize(ctx, "update", "Tenant");
      const settings = toSettings(input);
      assertEndsSometime(settings);
      await deps.transact(ctx, async (tx) => {
        const tenant = await lockTenant(tx, ctx.tenantId);
        const before = await repository.findSettings(tx, ctx.tenantId);
        await repository.saveSettings(tx, ctx.tenantId, { ...settings, updatedAt: ctx.now() });
        await releaseAfterChange(deps, tx, ctx.tenantId, null);
        await recordAudit(tx, ctx, {
          action: "quiet_hours.updated",
          subjectId: ctx.tenantId,
          subjectName: tenant.name,
          before,
          after: settings,
        });
      });
      deps.nudge();
      return withEnds(settings, ctx.now());
    },

    async getUserQuietHours(ctx: RequestContext, userId: string): Promise<QuietHours | undefined> {
      authorize(ctx, "read", "User");
      return deps.transact(ctx, async (tx) => {
        const user = await findUser(tx, ctx.tenantId, userId);
        if (!user) throw noSuch("user", userId);
        return repository.findOwn(tx, ctx.tenantId, user.id);
      });
    },

    async saveUserQuietHours(
      ctx: RequestContext,
      userId: string,
      quietHours: QuietHours,
    ): Promise<QuietHours> {
      authorize(ctx, "update", "User");
      const errors = checkQuietHours(quietHours, "");
      if (errors[0]) throw invalidInput(errors[0].detail, { errors });
      await changeOwn(deps, ctx, userId, async (tx, user) => {
        await repository.saveOwn(tx, ctx.tenantId, user.id, { quietHours, updatedAt: ctx.now() });
        const shared = await repository.listShared(tx, ctx.tenantId, MAX_SHARED + 1);
        if (shared.length > MAX_SHARED) throw tooManyQuietHours(TOO_MANY);
        return quietHours;
      });
      return quietHours;
    },

    async deleteUserQuietHours(ctx: RequestContext, userId: string): Promise<void> {
      authorize(ctx, "update", "User");
      await changeOwn(deps, ctx, userId, async (tx, user) => {
        const deleted = await repository.deleteOwn(tx, ctx.tenantId, user.id);
        if (!deleted) throw noSuch("quiet hours of the user", userId);
        return null;
      });
    },
  };
}

export type QuietHoursService = ReturnType<typeof createQuietHoursService>;

const TOO_MANY = `The users have ${MAX_SHARED} different quiet hours already. Choose windows that others have, too.`;

async function changeOwn(
  deps: QuietHoursDeps,
  ctx: RequestContext,
  userId: string,
  change: (tx: Tx, user: UserRecord) => Promise<QuietHours | null>,
): Promise<void> {
  await deps.transact(ctx, async (tx) => {
    const user = await getLockedUser(tx, ctx, userId);
    const before = (await repository.findOwn(tx, ctx.tenantId, user.id)) ?? null;
    const after = await change(tx, user);
    await releaseAfterChange(deps, tx, ctx.tenantId, user.id);
    await recordAudit(tx, ctx, {
      action: "user.quiet_hours_updated",
      subjectId: user.id,
      subjectName: user.name,
      before: { quietHours: before },
      after: { quietHours: after },
    });
  });
  deps.nudge();
}

async function getLockedUser(tx: Tx, ctx: RequestContext, userId: string): Promise<UserRecord> {
  const [user] = await lockUsers(tx, ctx.tenantId, [userId]);
  if (!user) throw noSuch("user", userId);
  return user;
}

const toSettings = ({ ofTenant, ofCategories }: SaveQuietHours): QuietHoursSettings => ({
  ofTenant,
  ofCategories: Object.fromEntries(
    Object.entries(ofCategories).flatMap(([category, own]) => (own ? [[category, own]] : [])),
  ),
});

function assertEndsSometime({ ofTenant, ofCategories }: QuietHoursSettings): void {
  const errors = [
    ...(ofTenant ? checkQuietHours(ofTenant, "/ofTenant") : []),
    ...Object.entries(ofCategories).flatMap(([category, own]) =>
      checkQuietHours(own, `/ofCategories/${category}`),
    ),
  ];
  if (errors[0]) throw invalidInput(errors[0].detail, { errors });
}

function withEnds(settings: QuietHoursSettings, now: Date): TenantQuietHours {
  const quiet = judgeQuietHours(settings, [], now);
  const deferred = MESSAGE_CATEGORIES.filter(
    (category) => quiet && defaultChoice(category, quiet) === "defer",
  );
  return {
    ...settings,
    endsAt: Object.fromEntries(deferred.map((category) => [category, quiet?.byCategory[category]])),
  };
}
