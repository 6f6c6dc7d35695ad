import { abilityOf, authorize, BUILT_IN_ROLES } from "../../platform/authorization/index.ts";
import type { Actor, RequestContext } from "../../platform/context.ts";
import { newWrappedKey } from "../../platform/crypto/index.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { DEFAULT_LIMITS } from "./quota.rules.ts";
import { tenantNotUnique } from "./tenant.errors.ts";
import type { TenantRow } from "./tenant.repository.ts";
import * as repository from "./tenant.repository.ts";
import type { Locale } from "./tenant.rules.ts";

/** The installation itself asks: no tenant, no role. Never made from a request's credential. */
export type SystemContext = Omit<RequestContext, "tenantId" | "actor" | "ability"> & {
  actor: Extract<Actor, { kind: "system" }>;
};

export interface CreateTenant {
  code: string;
  name: string;
  timeZone: string;
  locale: Locale;
}

export interface UpdateTenant {
  name?: string | undefined;
  timeZone?: string | undefined;
  locale?: Locale | undefined;
}

/** A tenant as it was just made, with its roles: the first member needs one. */
export type NewTenant = TenantRow & { roles: { id: string; code: string }[] };

const FIRST_KEY_VERSION = 1;

export function createTenantService(deps: { transact: Transact; installationKey: Uint8Array }) {
  return {
    /** Makes a tenant with its data key, the built-in roles and the default plan's quotas. */
    async createTenant(system: SystemContext, input: CreateTenant): Promise<NewTenant> {
      const tenantId = newId("tenant");
      const roles = BUILT_IN_ROLES.map((role) => ({ id: newId("role"), ...role }));
      return deps.transact({ tenantId }, async (tx) => {
        const outfit = {
          key: {
            version: FIRST_KEY_VERSION,
            wrappedKey: newWrappedKey(deps.installationKey, tenantId, FIRST_KEY_VERSION),
          },
          roles,
          quotas: Object.entries(DEFAULT_LIMITS).map(([kind, limit]) => ({ kind, limit })),
        };
        const tenant = await repository
          .insertTenant(tx, { id: tenantId, ...input }, outfit)
          .catch(explainConflict(input));
        const ctx = { ...system, tenantId, ability: abilityOf([]) };
        await recordAudit(tx, ctx, { action: "tenant.created", ...named(tenant), after: input });
        return { ...tenant, roles: roles.map(({ id, code }) => ({ id, code })) };
      });
    },

    /** Whoever has a credential of the tenant may know its name and time zone. */
    async getTenant(ctx: RequestContext): Promise<TenantRow> {
      return deps.transact(ctx, (tx) => getTenant(tx, ctx.tenantId));
    },

    async updateTenant(ctx: RequestContext, changes: UpdateTenant): Promise<TenantRow> {
      authorize(ctx, "update", "Tenant");
      return deps.transact(ctx, async (tx) => {
        const before = await getTenant(tx, ctx.tenantId);
        const after = { ...before, ...changes };
        await repository.updateTenant(tx, ctx.tenantId, settingsOf(after));
        await recordAudit(tx, ctx, {
          action: "tenant.updated",
          ...named(after),
          before: settingsOf(before),
          after: settingsOf(after),
        });
        return after;
      });
    },
  };
}

export type TenantService = ReturnType<typeof createTenantService>;

export async function getTenant(tx: Tx, tenantId: string): Promise<TenantRow> {
  const tenant = await repository.findTenant(tx, tenantId);
  if (!tenant) throw noSuch("tenant", tenantId);
  return tenant;
}

const named = (tenant: { id: string; name: string }) => ({ subjectId: tenant.id, subjectName: tenant.name });

const settingsOf = ({ name, timeZone, locale }: TenantRow) => ({ name, timeZone, locale });

const explainConflict = (input: { code: string }) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw tenantNotUnique(`A tenant with the code "${input.code}" exists already.`, {
    errors: [{ pointer: "/code", detail: `"${input.code}" is taken.`, code: "taken" }],
  });
};
