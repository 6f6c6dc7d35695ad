import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Money, sumByCurrency } from "../costs/index.ts";
import type { CountGroup, Grouping, ReasonCount, StatisticsFilter } from "./statistics.repository.ts";
import * as repository from "./statistics.repository.ts";
import { type Counts, completeCounts, daysOf, type Period, sumCounts } from "./statistics.rules.ts";

export interface StatisticsQuery extends Period {
  sourceId?: string | undefined;
  channelId?: string | undefined;
}

export interface Funnel extends Period {
  items: { key: string | null; label: string | null; counts: Counts; units: number; cost: Money[] }[];
  totals: Counts;
  /** Of all items, by currency. */
  cost: Money[];
}

export function createStatisticsService(deps: { transact: Transact }) {
  return {
    async getFunnel(ctx: RequestContext, query: StatisticsQuery & { groupBy: Grouping }): Promise<Funnel> {
      authorize(ctx, "read", "Statistics");
      const days = daysOf(query);
      const groups = await deps.transact(ctx, async (tx) => {
        const filter = await visibleCounts(tx, ctx, query);
        return repository.countBy(tx, ctx.tenantId, query.groupBy, filter);
      });
      const items = query.groupBy === "day" ? everyDay(days, groups) : groups.map(labelled);
      const totals = sumCounts(items.map((item) => item.counts));
      const cost = sumByCurrency(items.flatMap((item) => item.cost));
      return { from: query.from, to: query.to, items, totals, cost };
    },

    async listReasons(ctx: RequestContext, query: StatisticsQuery): Promise<ReasonCount[]> {
      authorize(ctx, "read", "Statistics");
      daysOf(query);
      return deps.transact(ctx, async (tx) => {
        const filter = await visibleCounts(tx, ctx, query);
        return repository.countReasons(tx, ctx.tenantId, filter);
      });
    },
  };
}

export type StatisticsService = ReturnType<typeof createStatisticsService>;

/** A source sees its own counts; that there are other sources, it does not learn. */
async function visibleCounts(tx: Tx, ctx: RequestContext, query: StatisticsQuery): Promise<StatisticsFilter> {
  const { from, to, channelId } = query;
  const own = ctx.actor.kind === "source" ? ctx.actor.id : undefined;
  if (own && query.sourceId && query.sourceId !== own) throw noSuch("source", query.sourceId);
  const timeZone = await repository.findTimeZone(tx, ctx.tenantId);
  return { from, to, channelId, sourceId: own ?? query.sourceId, timeZone };
}

/** Every day of the period, those without a count too. */
function everyDay(days: readonly string[], groups: readonly CountGroup[]): Funnel["items"] {
  const byDay = new Map(groups.map((group) => [group.key, group]));
  return days.map((day) => {
    const { counts = {}, units = 0, cost = [] } = byDay.get(day) ?? {};
    return { key: day, label: day, counts: completeCounts(counts), units, cost };
  });
}

/** What is deleted keeps its counts, under its id. */
const labelled = ({ key, name, counts, units, cost }: CountGroup): Funnel["items"][number] => ({
  key,
  label: name ?? key,
  counts: completeCounts(counts),
  units,
  cost,
});
