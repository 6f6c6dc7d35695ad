import { fields, z } from "../../platform/http/index.ts";
import { GROUPINGS } from "./statistics.repository.ts";
import { type Counts, MAX_DAYS, MEASURES } from "./statistics.rules.ts";
import type { Funnel as FunnelReport } from "./statistics.service.ts";

const day = z.iso.date().openapi({ example: "2025-01-31" });

export const StatisticsQuery = z.object({
  from: day.openapi({ description: "First day, in the tenant's time zone." }),
  to: day.openapi({ description: `Last day, included; at most ${MAX_DAYS} days in all.` }),
  sourceId: fields.id("source").optional(),
  channelId: fields.id("channel").optional(),
});

export const FunnelQuery = StatisticsQuery.extend({ groupBy: z.enum(GROUPINGS).default("day") });

const count = z.int().min(0);
const counts = Object.fromEntries(MEASURES.map((measure) => [measure, count])) as {
  [measure in keyof Counts]: typeof count;
};

const FunnelItem = z
  .object({
    key: z.string().nullable().openapi({
      description: "A day, or the id of a source or channel; null for what was composed in the console.",
    }),
    label: z
      .string()
      .nullable()
      .openapi({ description: "The name; the id of what is deleted; null where the key is null." }),
    ...counts,
  })
  .openapi("FunnelItem");

export const Funnel = z
  .object({
    from: day,
    to: day,
    items: z.array(FunnelItem),
    totals: z.object(counts).openapi("FunnelCounts"),
  })
  .openapi("Funnel");

export const ReasonList = z
  .object({
    items: z.array(
      z.object({
        measure: z.enum(MEASURES).openapi({ description: "`suppressed`, `failed` or `undelivered`." }),
        reason: z.string(),
        count,
      }),
    ),
  })
  .openapi("ReasonList");

export function toFunnel(funnel: FunnelReport): z.infer<typeof Funnel> {
  const { from, to, items, totals } = funnel;
  return { from, to, items: items.map(({ key, label, counts }) => ({ key, label, ...counts })), totals };
}
