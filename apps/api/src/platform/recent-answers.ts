export interface RecentAnswersOptions {
  /** An answer older than this, counted from the question, is asked for again. */
  ttlMs: number;
  /** Beyond this many answers the oldest is dropped. */
  maxEntries: number;
  /** Milliseconds on a clock that nobody sets; `performance.now` in production. */
  monotonicMs: () => number;
}

/**
 * Remembers answers for a moment, and asks once for questions that come at the same time. Age counts from the
 * question: what changed after it was asked is seen after `ttlMs` at the latest. Failures are not remembered.
 */
export function createRecentAnswers<Answer>({ ttlMs, maxEntries, monotonicMs }: RecentAnswersOptions) {
  /** The oldest first: a Map keeps the order in which keys were set. */
  const entries = new Map<string, { askedAtMs: number; answer: Promise<Answer> }>();

  return {
    get(key: string, ask: () => Promise<Answer>): Promise<Answer> {
      const nowMs = monotonicMs();
      const known = entries.get(key);
      if (known && nowMs - known.askedAtMs < ttlMs) return known.answer;
      const entry = { askedAtMs: nowMs, answer: ask() };
      entries.delete(key);
      entries.set(key, entry);
      entry.answer.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      const oldest = entries.keys().next();
      if (entries.size > maxEntries && !oldest.done) entries.delete(oldest.value);
      return entry.answer;
    },
  };
}
