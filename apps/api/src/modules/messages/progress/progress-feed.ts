import { unavailable } from "../../../platform/errors.ts";
import type { Logger } from "../../../platform/logger.ts";
import { createStreamPlaces, type StreamLimits } from "./stream-places.ts";

export interface Followable {
  /** Whether there will be no more news. */
  isOver: boolean;
}

export interface FeedDeps<Progress> {
  read(tenantId: string, messageId: string): Promise<Progress>;
  limits: StreamLimits;
  logger: Logger;
}

export interface FeedListener<Progress> {
  onNews(progress: Progress): void;
  /** No more news will come: the message is over, or this process is about to stop. */
  onEnd(): void;
}

/** A message is looked at once a second, however many listen. */
const POLL_MS = 1_000;
const STOPPING = "This process is about to stop. Try again, and another one answers.";

interface Watch<Progress> {
  key: string;
  tenantId: string;
  messageId: string;
  listeners: Set<FeedListener<Progress>>;
  latest: Progress | undefined;
  latestText: string;
  timer: NodeJS.Timeout | undefined;
}

/** Tells everybody who listens to a message its progress, as snapshots: whoever misses one misses nothing. */
export function createProgressFeed<Progress extends Followable>(deps: FeedDeps<Progress>) {
  const watches = new Map<string, Watch<Progress>>();
  const places = createStreamPlaces(deps.limits);
  let isClosed = false;

  const end = (watch: Watch<Progress>) => {
    watches.delete(watch.key);
    clearTimeout(watch.timer);
    for (const listener of watch.listeners) listener.onEnd();
  };

  function tell(watch: Watch<Progress>, progress: Progress): void {
    const text = JSON.stringify(progress);
    if (text === watch.latestText) return;
    watch.latest = progress;
    watch.latestText = text;
    for (const listener of watch.listeners) listener.onNews(progress);
  }

  /** False: nobody need look again. */
  async function look(watch: Watch<Progress>): Promise<boolean> {
    const isWatched = () => watches.get(watch.key) === watch;
    try {
      const progress = await deps.read(watch.tenantId, watch.messageId);
      if (!isWatched()) return false;
      tell(watch, progress);
      if (!progress.isOver) return true;
      end(watch);
    } catch (error) {
      deps.logger.warn({ err: error }, "the progress of a message could not be read");
    }
    return isWatched();
  }

  async function poll(watch: Watch<Progress>): Promise<void> {
    if (await look(watch)) watch.timer = setTimeout(() => void poll(watch), POLL_MS);
  }

  return {
    /** Tells the listener the latest and everything that follows; returns what ends that. Throws when full. */
    listen(tenantId: string, messageId: string, listener: FeedListener<Progress>): () => void {
      if (isClosed) throw unavailable(STOPPING, { headers: { "retry-after": "1" } });
      const leave = places.take(tenantId);
      const key = `${tenantId} ${messageId}`;
      let watch = watches.get(key);
      if (watch?.latest !== undefined) listener.onNews(watch.latest);
      if (!watch) {
        watch = {
          key,
          tenantId,
          messageId,
          listeners: new Set(),
          latest: undefined,
          latestText: "",
          timer: undefined,
        };
        watches.set(key, watch);
        void poll(watch);
      }
      const watched = watch;
      watched.listeners.add(listener);
      return () => {
        leave();
        watched.listeners.delete(listener);
        if (watched.listeners.size > 0 || watches.get(key) !== watched) return;
        watches.delete(key);
        clearTimeout(watched.timer);
      };
    },

    /** Ends all streams, so that the process can stop. */
    close(): void {
      isClosed = true;
      for (const watch of watches.values()) end(watch);
    },
  };
}

export type ProgressFeed<Progress extends Followable> = ReturnType<typeof createProgressFeed<Progress>>;
