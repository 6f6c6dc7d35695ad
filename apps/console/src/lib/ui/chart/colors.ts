const PALETTE_SIZE = 8;

/** The colour of a custom property now; charts are drawn on canvas, which knows no properties. */
export function resolveColor(color: string): string {
  if (!color.startsWith("--")) return color;
  return getComputedStyle(document.documentElement).getPropertyValue(color).trim();
}

/** What a state looks like in every chart. */
export const stateColors = {
  targeted: "--chart-7",
  submitted: "--chart-1",
  delivered: "--color-success",
  read: "--chart-4",
  clicked: "--chart-5",
  failed: "--color-error",
  suppressed: "--color-warning",
  unknown: "--muted",
} as const;

/**
 * One colour for each thing, the same in every chart: ids are time-sortable, so a new one takes the next
 * colour and leaves the others theirs. Hand over all of them, not only those on the chart.
 */
export function colorsById(ids: string[]): Map<string, string> {
  return new Map([...ids].sort().map((id, index) => [id, `--chart-${(index % PALETTE_SIZE) + 1}`]));
}
