import { type Funnel, type ReasonList, tidings } from "#lib/api/client.ts";
import type { Period } from "#lib/statistics/period.ts";

export interface Report {
  days: Funnel;
  sources: Funnel;
  channels: Funnel;
  reasons: ReasonList["items"];
}

export async function loadReport(
  query: Period & { sourceId?: string; channelId?: string },
  signal: AbortSignal,
): Promise<Report> {
  const funnel = (groupBy: "day" | "source" | "channel") =>
    tidings.getFunnel({ query: { ...query, groupBy }, signal });
  const [days, sources, channels, reasons] = await Promise.all([
    funnel("day"),
    funnel("source"),
    funnel("channel"),
    tidings.listReasons({ query, signal }),
  ]);
  return { days, sources, channels, reasons: reasons.items };
}
