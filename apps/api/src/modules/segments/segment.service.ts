import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { invalidInput, noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { resolveDepartments } from "../departments/index.ts";
import { findTagIds } from "../tags/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { segmentNotUnique } from "./segment.errors.ts";
import type { SegmentRecord } from "./segment.repository.ts";
import * as repository from "./segment.repository.ts";
import { checkReferences, checkRuleSize, pinRule, referencesOf, type SegmentRule } from "./segment.rules.ts";

export interface SaveSegment {
  name: string;
  rule: SegmentRule;
}

export function createSegmentService(deps: { transact: Transact }) {
  return {
    async createSegment(ctx: RequestContext, input: SaveSegment): Promise<SegmentRecord> {
      authorize(ctx, "create", "Segment");
      return deps.transact(ctx, async (tx) => {
        await takeQuota(tx, ctx, "segments");
        const rule = await resolveRule(tx, ctx, input.rule);
        const row = { tenantId: ctx.tenantId, id: newId("segment"), name: input.name, rule };
        await repository.insertSegment(tx, row).catch(explainConflict(input.name));
        await recordAudit(tx, ctx, { action: "segment.created", ...named(row), after: auditView(row) });
        return getSegment(tx, ctx, row.id);
      });
    },

    async listSegments(ctx: RequestContext, page: PageRequest): Promise<Page<SegmentRecord>> {
      authorize(ctx, "read", "Segment");
      const rows = await deps.transact(ctx, (tx) => repository.listSegments(tx, ctx.tenantId, page));
      return toPage(
        rows,
        page,
        (row) => row.name,
        (row) => row,
      );
    },

    async getSegment(ctx: RequestContext, segmentId: string): Promise<SegmentRecord> {
      authorize(ctx, "read", "Segment");
      return deps.transact(ctx, (tx) => getSegment(tx, ctx, segmentId));
    },

    /** Saves name and rule; messages and series that were accepted before keep the rule they have. */
    async saveSegment(ctx: RequestContext, segmentId: string, input: SaveSegment): Promise<SegmentRecord> {
      authorize(ctx, "update", "Segment");
      return deps.transact(ctx, async (tx) => {
        const before = await getSegment(tx, ctx, segmentId);
        const after = {
          ...before,
          name: input.name,
          rule: await resolveRule(tx, ctx, input.rule),
          updatedAt: ctx.now(),
        };
        const { name, rule, updatedAt } = after;
        const saving = repository.updateSegment(tx, ctx.tenantId, segmentId, { name, rule, updatedAt });
        await saving.catch(explainConflict(name));
        await recordAudit(tx, ctx, {
          action: "segment.updated",
          ...named(after),
          before: auditView(before),
          after: auditView(after),
        });
        return after;
      });
    },

    async deleteSegment(ctx: RequestContext, segmentId: string): Promise<void> {
      authorize(ctx, "delete", "Segment");
      await deps.transact(ctx, async (tx) => {
        await giveBackQuota(tx, ctx, "segments");
        const before = await getSegment(tx, ctx, segmentId);
        await repository.deleteSegment(tx, ctx.tenantId, segmentId);
        const { messageCount, seriesCount } = before;
        await recordAudit(tx, ctx, {
          action: "segment.deleted",
          ...named(before),
          before: { ...auditView(before), messageCount, seriesCount },
        });
      });
    },

    /** How many users a rule has now, saved or not. */
    async previewSegment(ctx: RequestContext, rule: SegmentRule): Promise<{ userCount: number }> {
      authorize(ctx, "read", "Segment");
      return deps.transact(ctx, async (tx) => {
        const resolved = await resolveRule(tx, ctx, rule);
        return { userCount: await repository.countUsers(tx, ctx.tenantId, resolved) };
      });
    },
  };
}

export type SegmentService = ReturnType<typeof createSegmentService>;

/** The rule with ids in the place of names; throws at what is unknown or too much. */
async function resolveRule(tx: Tx, ctx: RequestContext, rule: SegmentRule): Promise<SegmentRule> {
  const tooMuch = checkRuleSize(rule);
  if (tooMuch[0]) throw invalidInput(tooMuch[0].detail, { errors: tooMuch });
  const references = referencesOf(rule);
  const departments = await resolveDepartments(tx, ctx, references.departments, { isKept: true });
  const known = {
    tags: await findTagIds(tx, ctx.tenantId, references.tags),
    departments: new Map([...departments].map(([reference, { id }]) => [reference, id])),
  };
  const unknown = checkReferences(rule, known);
  if (unknown[0]) throw invalidInput(unknown[0].detail, { errors: unknown });
  return pinRule(rule, known);
}

async function getSegment(tx: Tx, ctx: RequestContext, segmentId: string): Promise<SegmentRecord> {
  const segment = await repository.findSegment(tx, ctx.tenantId, segmentId);
  if (!segment) throw noSuch("segment", segmentId);
  return segment;
}

const auditView = ({ name, rule }: SaveSegment) => ({ name, rule });

const named = (segment: { id: string; name: string }) => ({
  subjectId: segment.id,
  subjectName: segment.name,
});

const explainConflict = (name: string) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw segmentNotUnique(`A segment with the name "${name}" exists already.`, {
    errors: [{ pointer: "/name", detail: `"${name}" is taken.`, code: "taken" }],
  });
};
