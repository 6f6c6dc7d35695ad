import {
  callbackEndpointRoutes,
  callbackRoutes,
  createCallbackCaller,
  createCallbackEndpointService,
  createCallbackMaker,
  createCallbackService,
  createCallbackSweeper,
  createListenerLoop,
} from "../modules/callbacks/index.ts";
import { whenDatabaseAnswers } from "../platform/database/index.ts";
import { startLoop } from "../platform/loops.ts";
import type { Foundation } from "./foundation.ts";
import type { createLoops } from "./loops.ts";

/**
 * Keeps what a process knows of callback endpoints up to date, whatever it does. Resolves when they have been looked at for
 * the first time, with what ends that.
 */
export async function watchListeners({ listeners, loops, logger }: Foundation): Promise<() => Promise<void>> {
  await whenDatabaseAnswers(logger, () => listeners.refresh());
  const loop = startLoop(createListenerLoop(listeners), logger);
  loops.add(loop);
  return () => loop.stop().then(() => loops.remove(loop));
}

/** Where sources are told what became of their deliveries, and the calls that tell it. */
export const composeCallbacks = ({
  transact,
  installationKey,
  guardedClient: client,
  callEndpoint,
}: Foundation) => [
  callbackEndpointRoutes(createCallbackEndpointService({ transact, installationKey, client, callEndpoint })),
  callbackRoutes(createCallbackService({ transact })),
];

/** Starts what tells sources; it has stopped when the calls under way have ended. */
export function startCallbacks(foundation: Foundation, loops: ReturnType<typeof createLoops>) {
  const { dispatch, transactAsWorker: transact, callEndpoint, clock, logger, metrics } = foundation;
  const { report } = metrics.callbacks;
  const caller = createCallbackCaller({ dispatch, transact, callEndpoint, clock, logger, report });
  const calling = loops.start(caller.loop);
  loops.start(createCallbackMaker({ dispatch, transact, nudgeCaller: () => calling.nudge() }));
  loops.start(createCallbackSweeper({ dispatch, transact }));
  return { stop: caller.stop };
}
