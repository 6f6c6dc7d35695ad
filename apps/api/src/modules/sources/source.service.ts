import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { deleteBoundIdentities } from "../users/index.ts";
import { sourceNotUnique } from "./source.errors.ts";
import type { SourceWithGrants } from "./source.repository.ts";
import * as repository from "./source.repository.ts";

export interface CreateSource {
  code: string;
  name: string;
}

export interface UpdateSource {
  name?: string | undefined;
  state?: "on" | "off" | undefined;
}

export function createSourceService(deps: { transact: Transact }) {
  return {
    async createSource(ctx: RequestContext, input: CreateSource): Promise<SourceWithGrants> {
      authorize(ctx, "create", "Source");
      return deps.transact(ctx, async (tx) => {
        await takeQuota(tx, ctx, "sources");
        const row = { tenantId: ctx.tenantId, id: newId("source"), ...input };
        const saved = await repository.insertSource(tx, row).catch(explainConflict(input));
        await recordAudit(tx, ctx, { action: "source.created", ...named(saved), after: input });
        return { ...saved, channels: [], callbackEndpoints: repository.NO_ENDPOINTS };
      });
    },

    async listSources(ctx: RequestContext, page: PageRequest): Promise<Page<SourceWithGrants>> {
      authorize(ctx, "read", "Source");
      const rows = await deps.transact(ctx, (tx) => repository.listSources(tx, ctx.tenantId, page));
      return toPage(
        rows,
        page,
        (row) => row.id,
        (row) => row,
      );
    },

    async getSource(ctx: RequestContext, sourceId: string): Promise<SourceWithGrants> {
      authorize(ctx, "read", "Source");
      return deps.transact(ctx, (tx) => getSource(tx, ctx, sourceId));
    },

    async updateSource(
      ctx: RequestContext,
      sourceId: string,
      changes: UpdateSource,
    ): Promise<SourceWithGrants> {
      authorize(ctx, "update", "Source");
      return deps.transact(ctx, async (tx) => {
        const before = await getSource(tx, ctx, sourceId);
        const after = { ...before, ...changes, updatedAt: ctx.now() };
        await repository
          .updateSource(tx, ctx.tenantId, sourceId, { ...changes, updatedAt: after.updatedAt })
          .catch(explainConflict(after));
        await recordAudit(tx, ctx, {
          action: "source.updated",
          ...named(after),
          before: { name: before.name, state: before.state },
          after: { name: after.name, state: after.state },
        });
        return getSource(tx, ctx, sourceId);
      });
    },

    async deleteSource(ctx: RequestContext, sourceId: string): Promise<void> {
      authorize(ctx, "delete", "Source");
      await deps.transact(ctx, async (tx) => {
        // The quota first: of several deletions at once, the others then find the source gone.
        await giveBackQuota(tx, ctx, "sources");
        const before = await getSource(tx, ctx, sourceId);
        await repository.deleteSource(tx, ctx.tenantId, sourceId);
        await deleteBoundIdentities(tx, ctx.tenantId, "source", sourceId);
        await recordAudit(tx, ctx, {
          action: "source.deleted",
          ...named(before),
          before: { code: before.code, name: before.name },
        });
      });
    },

    async grantChannel(ctx: RequestContext, sourceId: string, channelId: string): Promise<SourceWithGrants> {
      authorize(ctx, "update", "Source");
      return deps.transact(ctx, async (tx) => {
        const source = await getSource(tx, ctx, sourceId);
        if (!(await repository.hasChannel(tx, ctx.tenantId, channelId))) throw noSuch("channel", channelId);
        const isNew = await repository.insertGrant(tx, ctx.tenantId, sourceId, channelId);
        if (isNew) {
          await recordAudit(tx, ctx, { action: "source.granted", ...named(source), after: { channelId } });
        }
        return getSource(tx, ctx, sourceId);
      });
    },

    async revokeChannel(ctx: RequestContext, sourceId: string, channelId: string): Promise<void> {
      authorize(ctx, "update", "Source");
      await deps.transact(ctx, async (tx) => {
        const source = await getSource(tx, ctx, sourceId);
        if (!(await repository.deleteGrant(tx, ctx.tenantId, sourceId, channelId))) return;
        await recordAudit(tx, ctx, { action: "source.revoked", ...named(source), before: { channelId } });
      });
    },
  };
}

export type SourceService = ReturnType<typeof createSourceService>;

export async function getSource(tx: Tx, ctx: RequestContext, sourceId: string): Promise<SourceWithGrants> {
  const source = await repository.findSource(tx, ctx.tenantId, sourceId);
  if (!source) throw noSuch("source", sourceId);
  return source;
}

const named = (source: { id: string; name: string }) => ({ subjectId: source.id, subjectName: source.name });

/** Says which of the two unique fields is taken. */
const explainConflict = (input: { code: string; name: string }) => (error: unknown) => {
  const constraint = violatedUnique(error);
  if (constraint === undefined) throw error;
  const [field, value] = constraint.includes("code") ? ["code", input.code] : ["name", input.name];
  throw sourceNotUnique(`A source with the ${field} "${value}" exists already.`, {
    errors: [{ pointer: `/${field}`, detail: `"${value}" is taken.`, code: "taken" }],
  });
};
