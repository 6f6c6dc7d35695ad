import { createExpander, finishMessages } from "../../src/modules/deliveries/index.ts";
import type { Installation } from "./installation.ts";

/**
 * One round of the expander, without an engine; true when there is probably more to make. Nobody sends: what is made waits,
 * and what is let through fails.
 */
export function expandOnce(
  { foundation }: Pick<Installation, "foundation">,
  letThrough = () => false,
): Promise<boolean> {
  const { dispatch, transactAsWorker: transact, readRestraints, logger } = foundation;
  const afterChunk = (tenantId: string, messageId: string) =>
    transact({ tenantId }, (tx) => finishMessages(tx, tenantId, [messageId]));
  const nudgeDispatcher = () => undefined;
  return createExpander({
    dispatch,
    transact,
    readRestraints,
    afterChunk,
    nudgeDispatcher,
    letThrough,
    direct: { begin: () => Promise.reject(new Error("nothing is begun")) },
    logger,
  }).run();
}
