import type { Transact, Tx } from "../../platform/database/index.ts";
import { unavailable } from "../../platform/errors.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Inbox } from "./entry.repository.ts";
import { tooManyInboxStreams } from "./inbox.errors.ts";
import { inboxKey, readMarks, readNewest, type Snapshot } from "./snapshot.repository.ts";

export interface FeedDeps {
  transact: Transact;
  logger: Logger;
  limits?: FeedLimits;
}

/** Open streams of this process. */
export interface FeedLimits {
  perInbox: number;
  inAll: number;
}

export interface FeedListener {
  onNews(snapshot: Snapshot): void;
  /** No more news will come from this process: it is about to stop. */
  onEnd(): void;
}

const DEFAULT_LIMITS: FeedLimits = { perInbox: 10, inAll: 2_000 };
/** All watched inboxes of a tenant are looked at by one statement, this often. */
const POLL_MS = 2_000;
const STOPPING = "This process is about to stop. Try again, and another one answers.";

interface Watch {
  inbox: Inbox;
  listeners: Set<FeedListener>;
  latest: Snapshot | undefined;
}

/** The watched inboxes of one tenant, by their keys. */
interface Group {
  tenantId: string;
  watches: Map<string, Watch>;
  timer: NodeJS.Timeout | undefined;
}

/** Tells users what happens in their inboxes, as snapshots: whoever misses one misses nothing. */
export function createInboxFeed({ transact, logger, limits = DEFAULT_LIMITS }: FeedDeps) {
  const groups = new Map<string, Group>();
  let openCount = 0;
  let isClosed = false;

  async function look({ tenantId }: Group, watches: readonly Watch[]): Promise<void> {
    try {
      const changed = await transact({ tenantId }, (tx) => readChanged(tx, tenantId, watches));
      for (const { watch, snapshot } of changed) {
        watch.latest = snapshot;
        for (const listener of watch.listeners) listener.onNews(snapshot);
      }
    } catch (error) {
      logger.warn({ err: error }, "inboxes could not be looked at");
    }
  }

  function pollLater(group: Group): void {
    group.timer = setTimeout(async () => {
      await look(group, [...group.watches.values()]);
      if (groups.get(group.tenantId) === group) pollLater(group);
    }, POLL_MS);
  }

  function groupOf(tenantId: string): Group {
    const known = groups.get(tenantId);
    if (known) return known;
    const group: Group = { tenantId, watches: new Map(), timer: undefined };
    groups.set(tenantId, group);
    pollLater(group);
    return group;
  }

  function leave(group: Group, key: string, watch: Watch, listener: FeedListener): void {
    openCount--;
    watch.listeners.delete(listener);
    if (watch.listeners.size === 0 && group.watches.get(key) === watch) group.watches.delete(key);
    if (group.watches.size > 0 || groups.get(group.tenantId) !== group) return;
    groups.delete(group.tenantId);
    clearTimeout(group.timer);
  }

  return {
    /** Tells the listener how the inbox is and whatever changes; returns what ends that. Throws when full. */
    listen(inbox: Inbox, listener: FeedListener): () => void {
      if (isClosed) throw unavailable(STOPPING, { headers: { "retry-after": "1" } });
      const key = inboxKey(inbox);
      assertRoom(limits, groups.get(inbox.tenantId)?.watches.get(key)?.listeners.size ?? 0, openCount);
      const group = groupOf(inbox.tenantId);
      const watch = group.watches.get(key) ?? { inbox, listeners: new Set(), latest: undefined };
      group.watches.set(key, watch);
      watch.listeners.add(listener);
      openCount++;
      if (watch.latest) listener.onNews(watch.latest);
      else void look(group, [watch]);
      return () => leave(group, key, watch, listener);
    },

    /** Ends all streams, so that the process can stop. */
    close(): void {
      isClosed = true;
      for (const { timer, watches } of groups.values()) {
        clearTimeout(timer);
        for (const listener of [...watches.values()].flatMap(({ listeners }) => [...listeners]))
          listener.onEnd();
      }
      groups.clear();
    },
  };
}

/** The snapshots of those whose marks have changed. */
async function readChanged(
  tx: Tx,
  tenantId: string,
  watches: readonly Watch[],
): Promise<{ watch: Watch; snapshot: Snapshot }[]> {
  const inboxes = watches.map(({ inbox }) => inbox);
  const marks = await readMarks(tx, tenantId, inboxes);
  const stale = watches.filter(({ inbox, latest }) => marks.get(inboxKey(inbox))?.mark !== latest?.mark);
  if (stale.length === 0) return [];
  const staleInboxes = stale.map(({ inbox }) => inbox);
  const newest = await readNewest(tx, tenantId, staleInboxes);
  return stale.flatMap((watch) => {
    const key = inboxKey(watch.inbox);
    const mark = marks.get(key);
    return mark ? [{ watch, snapshot: { ...mark, entries: newest.get(key) ?? [] } }] : [];
  });
}

function assertRoom(limits: FeedLimits, own: number, inAll: number): void {
  const options = { headers: { "retry-after": "30" }, extensions: { limit: limits.perInbox, open: own } };
  if (own >= limits.perInbox) {
    const detail = `${own} streams of this inbox are open, and ${limits.perInbox} may be. Close some, or read the counts instead.`;
    throw tooManyInboxStreams(detail, options);
  }
  if (inAll < limits.inAll) return;
  throw tooManyInboxStreams("Too many streams are open here. Read the counts instead.", options);
}

export type InboxFeed = ReturnType<typeof createInboxFeed>;
