/** Height of a line of text on the canvas, pixels. */
const LABEL_HEIGHT = 16;

/** Moves labels apart: down from where they belong, then up from the bottom, where the axis has its own. */
export function spreadLabels(wanted: number[], { top, bottom }: { top: number; bottom: number }): number[] {
  let lowest = top;
  const places = wanted.map((y) => {
    const place = Math.max(y, lowest);
    lowest = place + LABEL_HEIGHT;
    return place;
  });
  let highest = bottom;
  for (const [index, y] of [...places.entries()].reverse()) {
    places[index] = Math.min(y, highest);
    highest = (places[index] ?? 0) - LABEL_HEIGHT;
  }
  return places;
}
