import {
  callbackEndpointRoutes,
  callbackRoutes,
  createCallbackEndpointService,
  createCallbackService,
  createListenerLoop,
} from "../modules/callbacks/index.ts";
import { startLoop } from "../platform/loops.ts";
import type { Foundation } from "./foundation.ts";

/**
 * Keeps what a process knows of callback endpoints up to date, whatever it does. Resolves when they have been looked at for
 * the first time, with what ends that.
 */
export async function watchListeners({ listeners, loops, logger }: Foundation): Promise<() => Promise<void>> {
  await listeners.refresh();
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
