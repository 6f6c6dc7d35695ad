import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { lookForResendable, type ResendableDelivery, type ResendSearch } from "../deliveries/index.ts";

/** Deliveries that one message may repeat: what one transaction makes without keeping others waiting. */
const MAX_RESENT = 10_000;

/** What can be sent again of a message's deliveries. */
export interface Resendable {
  deliveries: ResendableDelivery[];
  /** Whether there are more than one message may repeat. */
  hasMore: boolean;
  /** Those that were looked at and left alone because somebody could get them twice; counted up to the same limit. */
  skippedCount: number;
}

/**
 * Looks through a message's deliveries until it has found as many as one message may repeat. A transaction for some at a
 * time: of a million that are to be left alone none would last long enough for all.
 */
export async function findResendable(
  transact: Transact,
  ctx: RequestContext,
  search: ResendSearch,
): Promise<Resendable> {
  const found: ResendableDelivery[] = [];
  let skippedCount = 0;
  let after = "0";
  while (found.length <= MAX_RESENT) {
    const looked = await transact(ctx, (tx) =>
      lookForResendable(tx, ctx.tenantId, search, after, MAX_RESENT + 1 - found.length),
    );
    found.push(...looked.found);
    skippedCount += looked.skippedCount;
    if (looked.goOnAfter === undefined) break;
    after = looked.goOnAfter;
  }
  return {
    deliveries: found.slice(0, MAX_RESENT),
    hasMore: found.length > MAX_RESENT,
    skippedCount: Math.min(skippedCount, MAX_RESENT),
  };
}

/** How many they are for. */
export const countRecipients = (deliveries: readonly ResendableDelivery[]): number =>
  new Set(deliveries.map(({ recipient }) => recipient)).size;
