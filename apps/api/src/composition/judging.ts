import { isApprovalByCost, isApprovalNeeded } from "../modules/approvals/index.ts";
import { createExplainAudience, EXPLAINING_MS } from "../modules/deliveries/index.ts";
import type { JudgeApprovalDeps } from "../modules/messages/index.ts";
import { readIn } from "../platform/database/index.ts";
import { createTurns } from "../platform/turns.ts";
import type { Foundation } from "./foundation.ts";

/** Messages whose cost is worked out at once in this process to see whether they need approval, and that wait for it. */
const JUDGING = { atOnce: 2, waiting: 200 };

/** What says whether a message needs approval, where that depends on what it may cost. */
export function judgingIn({ api, plugins: catalogue }: Foundation): JudgeApprovalDeps {
  const read = readIn(api);
  return {
    read,
    catalogue,
    takeTurn: createTurns(JUDGING),
    explainAudience: createExplainAudience({ read, catalogue, timeLimitMs: EXPLAINING_MS }),
    isApprovalByCost,
    isApprovalNeeded,
  };
}
