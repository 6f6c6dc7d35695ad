/** Counts by message how often its slices turned out to be too large for the machine as it is. */
export interface Halvings {
  of(messageId: string): number;
  add(messageId: string): void;
  forget(messageId: string): void;
}

const MAX_REMEMBERED = 1_000;

export function createHalvings(): Halvings {
  const counts = new Map<string, number>();
  return {
    of: (messageId) => counts.get(messageId) ?? 0,
    add(messageId) {
      counts.set(messageId, (counts.get(messageId) ?? 0) + 1);
      const [oldest] = counts.keys();
      if (counts.size > MAX_REMEMBERED && oldest !== undefined) counts.delete(oldest);
    },
    forget: (messageId) => void counts.delete(messageId),
  };
}
