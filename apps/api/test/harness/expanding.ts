import { createExpander, finishMessages } from "../../src/modules/deliveries/index.ts";
import type { Installation } from "./installation.ts";

/**
 * One round of the expander, without an engine; true when there is probably more to make. Nobody sends: what is made waits,
 * and what is let through fails. There is time for all slices of a round, unless it is said how much.
 */
export function expandOnce(
  { foundation }: Pick<Installation, "foundation">,
  { letThrough = () => false, slicingMs = 60_000 }: { letThrough?: () => boolean; slicingMs?: number } = {},
): Promise<boolean> {
  const { dispatch, transactAsWorker: transact, readRestraints, logger } = foundation;
  const afterChunk = (tenantId: string, messageId: string) =>
    transact({ tenantId }, (tx) => finishMessages(tx, tenantId, [messageId]));
  const nudgeDispatcher = () => undefined;
  const deps = {
    dispatch,
    transact,
    readRestraints,
    afterChunk,
    nudgeDispatcher,
    letThrough,
    direct: { begin: () => Promise.reject(new Error("nothing is begun")) },
    logger,
  };
  return createExpander(deps, slicingMs).run();
}
