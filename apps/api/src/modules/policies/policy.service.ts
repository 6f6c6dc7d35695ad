import { authorize } from "../../platform/authorization/index.ts";
import { laterThan } from "../../platform/clock.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { forbidden, noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { assertLegal } from "./assert-legal.ts";
import { policyArchived, policyChanged, policyNotUnique } from "./policy.errors.ts";
import type { PolicyRow, PolicyVersionRow, VersionedPolicy } from "./policy.repository.ts";
import * as repository from "./policy.repository.ts";
import { type PluginCatalogue, type PolicyStep, sameSteps } from "./policy.rules.ts";
import { createSimulatePolicy } from "./simulate-policy.ts";

export interface CreatePolicy {
  name: string;
  steps: PolicyStep[];
}

export interface SavePolicy extends CreatePolicy {
  /** When the policy was last saved, as the caller knows it; undefined: whatever was saved is replaced. */
  basedOn?: string | undefined;
}

export function createPolicyService(deps: {
  transact: Transact;
  plugins: PluginCatalogues<PluginCatalogue>;
}) {
  return {
    async createPolicy(ctx: RequestContext, input: CreatePolicy): Promise<VersionedPolicy> {
      authorize(ctx, "create", "Policy");
      return deps.transact(ctx, async (tx) => {
        await assertLegal(tx, ctx, deps.plugins.of(ctx.tenantId), input.steps);
        await takeQuota(tx, ctx, "policies");
        const row = { tenantId: ctx.tenantId, id: newId("policy"), name: input.name };
        const saved = await repository.insertPolicy(tx, row).catch(explainConflict(input.name));
        const version = await addVersion(tx, ctx, saved.id, 1, input.steps);
        await recordAudit(tx, ctx, { action: "policy.created", ...named(saved), after: input });
        return { ...saved, version };
      });
    },

    async listPolicies(
      ctx: RequestContext,
      filter: { state?: PolicyRow["state"] | undefined } & PageRequest,
    ): Promise<Page<VersionedPolicy>> {
      authorize(ctx, "read", "Policy");
      const rows = await deps.transact(ctx, (tx) =>
        repository.listPolicies(tx, ctx.tenantId, filter, filter),
      );
      return toPage(
        rows,
        filter,
        (row) => row.id,
        (row) => row,
      );
    },

    async getPolicy(ctx: RequestContext, policyId: string): Promise<VersionedPolicy> {
      authorize(ctx, "read", "Policy");
      return deps.transact(ctx, async (tx) => {
        const policy = await repository.findPolicy(tx, ctx.tenantId, policyId);
        if (!policy) throw noSuch("policy", policyId);
        return policy;
      });
    },

    /** Other steps make a new version; messages under way keep the one they started with. */
    async savePolicy(
      ctx: RequestContext,
      policyId: string,
      { basedOn, ...input }: SavePolicy,
    ): Promise<VersionedPolicy> {
      authorize(ctx, "update", "Policy");
      return deps.transact(ctx, async (tx) => {
        const before = await lockActivePolicy(tx, ctx, policyId);
        assertUnchanged(before, basedOn);
        await assertLegal(tx, ctx, deps.plugins.of(ctx.tenantId), input.steps);
        const updatedAt = laterThan(before.updatedAt, ctx.now());
        await repository
          .updatePolicy(tx, ctx.tenantId, policyId, { name: input.name, updatedAt })
          .catch(explainConflict(input.name));
        const version = sameSteps(before.version.steps, input.steps)
          ? before.version
          : await addVersion(tx, ctx, policyId, before.version.number + 1, input.steps);
        const after = { ...before, name: input.name, updatedAt, version };
        await recordAudit(tx, ctx, {
          action: "policy.updated",
          ...named(after),
          before: { name: before.name, steps: before.version.steps },
          after: input,
        });
        return after;
      });
    },

    /** Takes the policy out of use for new messages; those under way keep it. */
    async archivePolicy(ctx: RequestContext, policyId: string): Promise<VersionedPolicy> {
      authorize(ctx, "delete", "Policy");
      return deps.transact(ctx, async (tx) => {
        const before = await lockActivePolicy(tx, ctx, policyId);
        const changes = { state: "archived", updatedAt: ctx.now() } as const;
        await repository.updatePolicy(tx, ctx.tenantId, policyId, changes);
        await giveBackQuota(tx, ctx, "policies");
        await recordAudit(tx, ctx, { action: "policy.archived", ...named(before) });
        return { ...before, ...changes };
      });
    },

    simulatePolicy: createSimulatePolicy(deps),
  };
}

export type PolicyService = ReturnType<typeof createPolicyService>;

async function addVersion(
  tx: Tx,
  ctx: RequestContext,
  policyId: string,
  number: number,
  steps: PolicyStep[],
): Promise<PolicyVersionRow> {
  if (ctx.actor.kind !== "member") throw forbidden("Policies are written by members, not by sources.");
  return repository.insertPolicyVersion(tx, {
    tenantId: ctx.tenantId,
    id: newId("policyVersion"),
    policyId,
    number,
    steps,
    createdBy: ctx.actor.id,
  });
}

async function lockActivePolicy(tx: Tx, ctx: RequestContext, policyId: string): Promise<VersionedPolicy> {
  const policy = await repository.lockPolicy(tx, ctx.tenantId, policyId);
  if (!policy) throw noSuch("policy", policyId);
  if (policy.state === "archived") throw policyArchived(`The policy "${policy.name}" is archived.`);
  return policy;
}

/** What somebody saved after the caller began is not lost unseen. */
function assertUnchanged({ name, updatedAt, version: { number } }: VersionedPolicy, basedOn?: string): void {
  if (basedOn === undefined || Date.parse(basedOn) === updatedAt.getTime()) return;
  throw policyChanged(`"${name}" was saved meanwhile; its latest version is ${number}.`, {
    extensions: { number },
  });
}

const named = (policy: { id: string; name: string }) => ({ subjectId: policy.id, subjectName: policy.name });

const explainConflict = (name: string) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw policyNotUnique(`A policy with the name "${name}" exists already, perhaps archived.`, {
    errors: [{ pointer: "/name", detail: `"${name}" is taken.`, code: "taken" }],
  });
};
