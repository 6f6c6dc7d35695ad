import {
  createExpander,
  createSlicer,
  createTakeTurn,
  finishMessages,
} from "../../src/modules/deliveries/index.ts";
import type { Installation } from "./installation.ts";

export interface ExpandingOptions {
  letThrough?: () => boolean;
  /** There is time for all slices of a round, unless it is said how much. */
  slicingMs?: number;
}

/**
 * The loops that make deliveries, without an engine. Nobody sends: what is made waits, and what is let through fails.
 */
export function expandingLoops(
  { foundation }: Pick<Installation, "foundation">,
  { letThrough = () => false, slicingMs = 60_000 }: ExpandingOptions = {},
) {
  const { dispatch, transactAsWorker: transact, readRestraints, logger } = foundation;
  const afterChunk = (tenantId: string, messageId: string) =>
    transact({ tenantId }, (tx) => finishMessages(tx, tenantId, [messageId]));
  const deps = { dispatch, transact, readRestraints, afterChunk, nudgeDispatcher: () => undefined, logger };
  const takeTurn = createTakeTurn(deps);
  const direct = { begin: () => Promise.reject(new Error("nothing is begun")) };
  return {
    expander: createExpander({ ...deps, letThrough, direct, takeTurn }),
    slicer: createSlicer({ dispatch, takeTurn, logger }, slicingMs),
  };
}

/** One round of the expander and then of the slicer; true when there is probably more to make. */
export async function expandOnce(
  installation: Pick<Installation, "foundation">,
  options?: ExpandingOptions,
): Promise<boolean> {
  const { expander, slicer } = expandingLoops(installation, options);
  const isMore = [await expander.run(), await slicer.run()];
  return isMore.includes(true);
}
