import { listNamedChannels } from "../modules/channels/index.ts";
import { createRecallService, type RecallServiceDeps, recallRoutes } from "../modules/recalls/index.ts";
import type { Foundation } from "./foundation.ts";

/** What takes back what was sent. */
export const composeRecalls = (
  { transact, plugins: catalogue }: Foundation,
  messages: Pick<RecallServiceDeps, "getVisible" | "cancelRest" | "nudge">,
) => recallRoutes(createRecallService({ transact, catalogue, listChannels: listNamedChannels, ...messages }));
