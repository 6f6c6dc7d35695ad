import { type Funnel, type ReasonList, tidings } from "#lib/api/client.ts";
import type { Period } from "#lib/statistics/period.ts";

export interface Report {
  days: Funnel;
  sources: Funnel;
  channels: Funnel;
  /** Where something had a price. */
  templates: Funnel | undefined;
  reasons: ReasonList["items"];
}

export async function loadReport(
  query: Period & { sourceId?: string; channelId?: string },
  signal: AbortSignal,
): Promise<Report> {
  const funnel = (groupBy: "day" | "source" | "channel" | "template") =>
    tidings.getFunnel({ query: { ...query, groupBy }, signal });
  const [days, sources, channels, reasons] = await Promise.all([
    funnel("day"),
    funnel("source"),
    funnel("channel"),
    tidings.listReasons({ query, signal }),
  ]);
  const templates = days.cost.length > 0 ? await funnel("template") : undefined;
  return { days, sources, channels, templates, reasons: reasons.items };
}
