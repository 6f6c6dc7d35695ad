/** Cuts a list into lists of at most `size`, in order; of an empty one it makes none. */
export function chunk<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}

/**
 * Cuts a list into as few lists of at most `size` as there can be without one key twice in any of them, for vendors whose
 * answers name recipients.
 */
export function chunkUnique<T>(items: readonly T[], size: number, keyOf: (item: T) => string): T[][] {
  const layers: T[][] = [];
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    const layer = layers[count] ?? [];
    layers[count] = layer;
    layer.push(item);
  }
  return layers.flatMap((layer) => chunk(layer, size));
}
