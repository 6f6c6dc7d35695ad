import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { type FieldProblem, forbidden, invalidInput, noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { findUserKeys } from "../users/index.ts";
import type { SuppressionFilter, SuppressionRow, Viewer } from "./suppression.repository.ts";
import * as repository from "./suppression.repository.ts";
import {
  checkRecipient,
  maskRecipient,
  type PluginCatalogue,
  type RecipientRef,
  type SuppressionOrigin,
} from "./suppression.rules.ts";

/** An entry as it is asked for. */
export interface NewSuppression extends RecipientRef {
  sourceId?: string | undefined;
  origin: SuppressionOrigin;
  code?: string | undefined;
  note?: string | undefined;
  expiresAt?: string | undefined;
}

/** What became of one entry; the outcomes of a call stand in the order of its inputs. */
export type SuppressionOutcome =
  | { status: "created" | "updated"; id: string }
  | { status: "failed"; errors: FieldProblem[] };

export function createSuppressionService(deps: {
  transact: Transact;
  plugins: PluginCatalogues<PluginCatalogue>;
}) {
  return {
    async listSuppressions(
      ctx: RequestContext,
      filter: SuppressionFilter & PageRequest,
    ): Promise<Page<SuppressionRow>> {
      authorize(ctx, "read", "Suppression");
      const rows = await deps.transact(ctx, (tx) =>
        repository.listSuppressions(tx, ctx.tenantId, filter, viewerOf(ctx)),
      );
      return toPage(
        rows,
        filter,
        (row) => row.id,
        (row) => row,
      );
    },

    /** What keeps messages to a recipient back; nothing when it is empty. */
    async lookUpSuppressions(
      ctx: RequestContext,
      recipient: RecipientRef & { sourceId?: string | undefined },
    ): Promise<SuppressionRow[]> {
      authorize(ctx, "read", "Suppression");
      return deps.transact(ctx, (tx) => repository.findActive(tx, ctx.tenantId, recipient, viewerOf(ctx)));
    },

    async createSuppression(ctx: RequestContext, input: NewSuppression): Promise<SuppressionRow> {
      authorize(ctx, "create", "Suppression");
      return deps.transact(ctx, async (tx) => {
        const [outcome] = await save(tx, ctx, deps.plugins.of(ctx.tenantId), [input]);
        if (!outcome || outcome.status === "failed") throw refusal(outcome?.errors ?? []);
        return getSuppression(tx, ctx, outcome.id);
      });
    },

    /** Saves many entries; one that cannot be saved does not keep the others from it. */
    async createSuppressions(
      ctx: RequestContext,
      inputs: readonly NewSuppression[],
    ): Promise<SuppressionOutcome[]> {
      authorize(ctx, "create", "Suppression");
      return deps.transact(ctx, (tx) => save(tx, ctx, deps.plugins.of(ctx.tenantId), inputs));
    },

    async deleteSuppression(ctx: RequestContext, suppressionId: string): Promise<void> {
      authorize(ctx, "delete", "Suppression");
      await deps.transact(ctx, async (tx) => {
        const before = await getSuppression(tx, ctx, suppressionId);
        const viewer = viewerOf(ctx);
        if (viewer && before.source?.id !== viewer) {
          throw forbidden("A source deletes its own entries, not those of the whole tenant.");
        }
        await repository.deleteSuppression(tx, ctx.tenantId, suppressionId);
        await recordAudit(tx, ctx, {
          action: "suppression.deleted",
          ...named(before),
          before: auditView(before),
        });
      });
    },
  };
}

export type SuppressionService = ReturnType<typeof createSuppressionService>;

const viewerOf = ({ actor }: RequestContext): Viewer => (actor.kind === "source" ? actor.id : null);

async function save(
  tx: Tx,
  ctx: RequestContext,
  plugins: PluginCatalogue,
  inputs: readonly NewSuppression[],
): Promise<SuppressionOutcome[]> {
  const known = await findKnown(tx, ctx, inputs);
  const errors = inputs.map((input) => [
    ...checkRecipient(plugins, input, known.users),
    ...checkSource(ctx, input, known.sources),
    ...checkEnd(ctx, input),
  ]);
  const sound = inputs.filter((_, index) => errors[index]?.length === 0);
  const saved = await repository.saveSuppressions(
    tx,
    ctx.tenantId,
    sound.map((input) => toInput(ctx, input)),
  );
  await auditSaved(tx, ctx, saved);
  const outcomes = [...saved];
  return errors.map((problems) => {
    const outcome = problems.length === 0 ? outcomes.shift() : undefined;
    if (!outcome) return { status: "failed", errors: problems };
    return { status: outcome.isNew ? "created" : "updated", id: outcome.id };
  });
}

async function findKnown(tx: Tx, ctx: RequestContext, inputs: readonly NewSuppression[]) {
  const userIds = inputs.flatMap(({ userId }) => userId ?? []);
  const sourceIds = inputs.flatMap(({ sourceId }) => sourceId ?? []);
  return {
    users: await findUserKeys(tx, ctx.tenantId, [...new Set(userIds)]),
    sources: await repository.findKnownSources(tx, ctx.tenantId, [...new Set(sourceIds)]),
  };
}

/** A source speaks for itself and for no other. */
function checkSource(
  { actor }: RequestContext,
  { sourceId }: NewSuppression,
  known: ReadonlySet<string>,
): FieldProblem[] {
  if (sourceId === undefined) return [];
  if (actor.kind === "source" && actor.id !== sourceId) {
    const detail = "A source suppresses for itself, not for another source.";
    return [{ pointer: "/sourceId", detail, code: "another_source" }];
  }
  if (known.has(sourceId)) return [];
  return [{ pointer: "/sourceId", detail: `There is no source ${sourceId}.`, code: "unknown_source" }];
}

function checkEnd(ctx: RequestContext, { expiresAt }: NewSuppression): FieldProblem[] {
  if (expiresAt === undefined || Date.parse(expiresAt) > ctx.now().getTime()) return [];
  return [{ pointer: "/expiresAt", detail: `${expiresAt} is over already.`, code: "past" }];
}

function toInput({ actor }: RequestContext, input: NewSuppression): repository.SuppressionInput {
  const bySourceId = actor.kind === "source" ? actor.id : null;
  return {
    userId: input.userId,
    kind: input.kind,
    address: input.address,
    sourceId: input.sourceId ?? bySourceId,
    origin: input.origin,
    code: input.code ?? null,
    note: input.note ?? null,
    expiresAt: input.expiresAt ?? null,
    memberId: actor.kind === "member" ? actor.id : null,
    bySourceId,
  };
}

async function auditSaved(
  tx: Tx,
  ctx: RequestContext,
  saved: readonly { id: string; isNew: boolean }[],
): Promise<void> {
  const isNew = new Map(saved.map((one) => [one.id, one.isNew]));
  const rows = await repository.findSuppressions(tx, ctx.tenantId, [...isNew.keys()]);
  await Promise.all(
    rows.map((row) =>
      recordAudit(tx, ctx, {
        action: isNew.get(row.id) ? "suppression.created" : "suppression.updated",
        ...named(row),
        after: auditView(row),
      }),
    ),
  );
}

async function getSuppression(tx: Tx, ctx: RequestContext, id: string): Promise<SuppressionRow> {
  const [row] = await repository.findSuppressions(tx, ctx.tenantId, [id]);
  const viewer = viewerOf(ctx);
  if (!row || (viewer && row.source && row.source.id !== viewer)) throw noSuch("suppression", id);
  return row;
}

const nameOf = ({ user, address }: SuppressionRow) => user?.userId ?? maskRecipient(address ?? "");

export const named = (row: SuppressionRow) => ({ subjectId: row.id, subjectName: nameOf(row) });

export const auditView = (row: SuppressionRow) => ({
  recipient: nameOf(row),
  kind: row.kind,
  sourceId: row.source?.id ?? null,
  origin: row.origin,
  note: row.note,
  expiresAt: row.expiresAt?.toISOString() ?? null,
});

const refusal = (errors: FieldProblem[]) => invalidInput(errors[0]?.detail ?? "", { errors });
