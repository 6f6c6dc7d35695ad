import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, readCursor, toPage } from "../../platform/http/index.ts";
import { fromUuid } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { findPinnedPolicy } from "../policies/index.ts";
import { UNTRACKED } from "../templates/index.ts";
import { moveOn } from "./course.ts";
import { judgeRecurrence, type RecurringSchedule } from "./create-series.ts";
import { type Occurrence, occurrencesOf } from "./recurrence.rules.ts";
import { occurrenceNotPlanned, seriesOver } from "./series.errors.ts";
import type { NamedSeries, OccurrenceRow, SeriesRow, SeriesState } from "./series.repository.ts";
import * as repository from "./series.repository.ts";

export interface SeriesServiceDeps {
  transact: Transact;
  /** Keeps the approval that a series waits for from being decided until the transaction ends. */
  holdApproval(tx: Tx, ctx: RequestContext, seriesId: string): Promise<void>;
  /** Ends the approval that a cancelled series still waits for. */
  withdrawApproval(tx: Tx, ctx: RequestContext, seriesId: string): Promise<void>;
}

export type OccurrenceView = Occurrence &
  Pick<OccurrenceRow, "messageId" | "reason" | "reasonDetail"> & {
    state: OccurrenceRow["state"] | "planned" | "withdrawn";
  };

export type SeriesDetail = NamedSeries & {
  content: NonNullable<SeriesRow["renderings"]>;
  tracking: NonNullable<SeriesRow["tracking"]>;
  template: { id: string; name: string; version: number } | null;
  policy: { id: string; name: string; version: number } | null;
  channels: { id: string; name: string; kind: string }[];
  approvalRequestId: string | null;
};

const PREVIEWED = 5;

export function createSeriesService(deps: SeriesServiceDeps) {
  async function getVisible(tx: Tx, ctx: RequestContext, seriesId: string): Promise<NamedSeries> {
    const series = await repository.findSeries(tx, ctx.tenantId, seriesId);
    // A source sees its own series only.
    const hidden = ctx.actor.kind === "source" && series?.sourceId !== ctx.actor.id;
    if (!series || hidden) throw noSuch("series", seriesId);
    return series;
  }

  /** A series that still runs, kept from others until the transaction ends. */
  async function lockRunning(tx: Tx, ctx: RequestContext, seriesId: string): Promise<SeriesRow> {
    const locked = await repository.lockSeries(tx, ctx.tenantId, seriesId);
    if (!locked) throw new Error("the series has gone between two statements of one transaction");
    if (locked.state === "active" || locked.state === "pending_approval") return locked;
    throw seriesOver(`The series is ${locked.state}; there is nothing left to cancel.`);
  }

  return {
    previewSeries(ctx: RequestContext, schedule: RecurringSchedule) {
      authorize(ctx, "send", "Message");
      const all = occurrencesOf(judgeRecurrence(schedule, ctx.now()));
      return { next: all.slice(0, PREVIEWED), count: all.length };
    },

    async listSeries(
      ctx: RequestContext,
      query: { state?: SeriesState | undefined } & PageRequest,
    ): Promise<Page<NamedSeries>> {
      authorize(ctx, "read", "Message");
      const filter = { state: query.state, sourceId: ctx.actor.kind === "source" ? ctx.actor.id : undefined };
      const rows = await deps.transact(ctx, (tx) => repository.listSeries(tx, ctx.tenantId, filter, query));
      return toPage(
        rows,
        query,
        (row) => row.id,
        (row) => row,
      );
    },

    async getSeries(ctx: RequestContext, seriesId: string): Promise<SeriesDetail> {
      authorize(ctx, "read", "Message");
      return deps.transact(ctx, async (tx) => withContent(tx, await getVisible(tx, ctx, seriesId)));
    },

    async listOccurrences(
      ctx: RequestContext,
      seriesId: string,
      query: { state?: OccurrenceView["state"] | undefined } & PageRequest,
    ): Promise<Page<OccurrenceView>> {
      authorize(ctx, "read", "Message");
      const after = readCursor(query, "name") ?? "";
      const all = await deps.transact(ctx, async (tx) => {
        const series = await getVisible(tx, ctx, seriesId);
        return viewOf(series, await repository.listOccurrenceRows(tx, ctx.tenantId, seriesId));
      });
      const rows = all.filter(({ on, state }) => on > after && (!query.state || state === query.state));
      return toPage(
        rows,
        query,
        (row) => row.on,
        (row) => row,
      );
    },

    /** Leaves one day out. */
    async cancelOccurrence(ctx: RequestContext, seriesId: string, on: string): Promise<void> {
      authorize(ctx, "send", "Message");
      await deps.transact(ctx, async (tx) => {
        const { title } = await getVisible(tx, ctx, seriesId);
        // Deciding locks the request first and the series afterwards; so does this.
        await deps.holdApproval(tx, ctx, seriesId);
        const series = await lockRunning(tx, ctx, seriesId);
        const rows = await repository.listOccurrenceRows(tx, ctx.tenantId, seriesId);
        const found = viewOf(series, rows).find((one) => one.on === on);
        if (!found) throw noSuch("occurrence on", on);
        if (found.state !== "planned") {
          throw occurrenceNotPlanned(
            `The occurrence on ${on} is ${found.state}; there is nothing to cancel.`,
          );
        }
        const { tenantId } = ctx;
        await repository.insertOccurrence(tx, { tenantId, seriesId, onDate: on, state: "cancelled" });
        const goesOn = series.nextOn !== on || (await moveOn(tx, series));
        if (!goesOn) await deps.withdrawApproval(tx, ctx, seriesId);
        await recordAudit(tx, ctx, {
          action: "series.occurrence_cancelled",
          subjectId: seriesId,
          subjectName: title,
          after: { on },
        });
      });
    },

    /** Cancels all that is still to come; messages that have begun are left alone. */
    async cancelSeries(ctx: RequestContext, seriesId: string): Promise<void> {
      authorize(ctx, "send", "Message");
      await deps.transact(ctx, async (tx) => {
        const { title } = await getVisible(tx, ctx, seriesId);
        // Before the series is locked, as above.
        await deps.withdrawApproval(tx, ctx, seriesId);
        const series = await lockRunning(tx, ctx, seriesId);
        const changes = { state: "cancelled" as const, wakeAt: null };
        await repository.updateSeries(tx, ctx.tenantId, seriesId, changes);
        await recordAudit(tx, ctx, {
          action: "series.cancelled",
          subjectId: seriesId,
          subjectName: title,
          before: { state: series.state },
          after: { state: "cancelled" },
        });
      });
    },
  };
}

export type SeriesService = ReturnType<typeof createSeriesService>;

/** What a decided approval does to the series it was about. */
export async function decideSeries(
  tx: Tx,
  tenantId: string,
  seriesId: string,
  outcome: "approved" | "rejected",
): Promise<void> {
  const series = await repository.lockSeries(tx, tenantId, seriesId);
  if (series?.state !== "pending_approval") return;
  const changes =
    outcome === "approved" ? { state: "active" as const } : { state: "rejected" as const, wakeAt: null };
  await repository.updateSeries(tx, tenantId, seriesId, changes);
}

/** Every day of the series with what became of it; of one that is over, what was still to come is withdrawn. */
function viewOf(series: SeriesRow, rows: OccurrenceRow[]): OccurrenceView[] {
  const byDay = new Map(rows.map((row) => [row.onDate, row]));
  const runs = series.state === "active" || series.state === "pending_approval";
  const open = { state: runs ? ("planned" as const) : ("withdrawn" as const), messageId: null };
  return occurrencesOf(series).map(({ on, at }) => {
    const { state, messageId, reason, reasonDetail } = byDay.get(on) ?? {
      ...open,
      reason: null,
      reasonDetail: null,
    };
    return {
      on,
      at: on === series.nextOn && series.wakeAt ? series.wakeAt : at,
      state,
      messageId,
      reason,
      reasonDetail,
    };
  });
}

async function withContent(tx: Tx, series: NamedSeries): Promise<SeriesDetail> {
  const { tenantId, templateVersionId, policyVersionId } = series;
  const template = templateVersionId
    ? await repository.findPinnedTemplate(tx, tenantId, templateVersionId)
    : undefined;
  const policy = policyVersionId ? await findPinnedPolicy(tx, tenantId, policyVersionId) : undefined;
  const names = await repository.listChannelNames(tx, tenantId);
  const used =
    policy?.steps.flatMap((step) => step.channelIds) ??
    series.channelIds.map((uuid) => fromUuid("channel", uuid));
  return {
    ...series,
    content: series.renderings ?? template?.renderings ?? {},
    tracking: series.tracking ?? template?.tracking ?? UNTRACKED,
    template: template ? { id: template.id, name: template.name, version: template.version } : null,
    policy: policy ? { id: policy.policyId, name: policy.name, version: policy.number } : null,
    channels: [...new Set(used)].map(
      (id) => names.find((one) => one.id === id) ?? { id, name: id, kind: "" },
    ),
    approvalRequestId: await repository.findApprovalRequestId(tx, tenantId, series.id),
  };
}
