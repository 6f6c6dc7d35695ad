import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import type { MessageDetail } from "../message.service.ts";
import type { FeedListener, ProgressFeed } from "./progress-feed.ts";

/** What changes of a message while it is sent. */
export type ProgressView = { isOver: boolean } & Pick<
  MessageDetail,
  | "state"
  | "pausedFrom"
  | "recipients"
  | "counts"
  | "cost"
  | "steps"
  | "scheduledAt"
  | "timeZone"
  | "rate"
  | "expiresAt"
  | "expandFailureCount"
  | "expandAgainAt"
  | "completedAt"
>;

export const progressViewOf = (message: Omit<ProgressView, "isOver">, isOver: boolean): ProgressView => ({
  state: message.state,
  pausedFrom: message.pausedFrom,
  recipients: message.recipients,
  counts: message.counts,
  cost: message.cost,
  steps: message.steps,
  scheduledAt: message.scheduledAt,
  timeZone: message.timeZone,
  rate: message.rate,
  expiresAt: message.expiresAt,
  expandFailureCount: message.expandFailureCount,
  expandAgainAt: message.expandAgainAt,
  completedAt: message.completedAt,
  isOver,
});

export interface WatchMessageDeps {
  transact: Transact;
  /** Throws 404 unless the actor may see the message. */
  assertVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<unknown>;
  feed: ProgressFeed<ProgressView>;
}

/** Lets somebody who may see a message listen to its progress; listening begins when what is returned is called. */
export function createWatchMessage({ transact, assertVisible, feed }: WatchMessageDeps) {
  return async function watchMessage(ctx: RequestContext, messageId: string) {
    authorize(ctx, "read", "Message");
    await transact(ctx, (tx) => assertVisible(tx, ctx, messageId));
    return (listener: FeedListener<ProgressView>) => feed.listen(ctx.tenantId, messageId, listener);
  };
}

export type WatchMessage = ReturnType<typeof createWatchMessage>;
