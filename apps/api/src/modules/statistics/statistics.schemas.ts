import { fields, z } from "../../platform/http/index.ts";
import { MoneySchema, toMoney } from "../costs/index.ts";
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
      description:
        "A day, or the id of a source, channel or template; null for what was composed in the console, or used no template.",
    }),
    label: z
      .string()
      .nullable()
      .openapi({ description: "The name; the id of what is deleted; null where the key is null." }),
    ...counts,
    units: count.openapi({
      description: "What vendors bill, in the units of each channel that has a price.",
    }),
    cost: z.array(MoneySchema).openapi({ description: "By currency; empty where no channel has a price." }),
  })
  .openapi("FunnelItem");

export const Funnel = z
  .object({
    from: day,
    to: day,
    items: z.array(FunnelItem),
    totals: z.object(counts).openapi("FunnelCounts"),
    cost: z.array(MoneySchema).openapi({ description: "Of all of it, by currency." }),
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
  const { from, to, items, totals, cost } = funnel;
  return {
    from,
    to,
    items: items.map(({ key, label, counts, units, cost: own }) => ({
      key,
      label,
      ...counts,
      units,
      cost: own.map(toMoney),
    })),
    totals,
    cost: cost.map(toMoney),
  };
}
