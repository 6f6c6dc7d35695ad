import type { Tx } from "../../platform/database/index.ts";
import { nextOccurrence } from "./recurrence.rules.ts";
import { listOccurrenceRows, type SeriesRow, updateSeries } from "./series.repository.ts";

/** Moves a locked series on to its next day that nothing is decided about; without one it has ended. */
export async function moveOn(tx: Tx, series: SeriesRow, endReason: string | null = null): Promise<boolean> {
  const rows = await listOccurrenceRows(tx, series.tenantId, series.id);
  const settled = new Set(rows.map(({ onDate }) => onDate));
  const next = endReason === null ? nextOccurrence(series, series.nextOn ?? "", settled) : undefined;
  await updateSeries(tx, series.tenantId, series.id, {
    state: next ? series.state : "ended",
    nextOn: next?.on ?? null,
    wakeAt: next?.at ?? null,
    endReason,
  });
  return next !== undefined;
}
