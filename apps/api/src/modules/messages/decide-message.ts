import type { Tx } from "../../platform/database/index.ts";
import { moveMessage } from "./message.repository.ts";

/** What a decided approval does to the message it was about. */
export async function decideMessage(
  tx: Tx,
  tenantId: string,
  messageId: string,
  outcome: "approved" | "rejected",
): Promise<void> {
  const next = outcome === "approved" ? "expanding" : "rejected";
  await moveMessage(tx, tenantId, messageId, ["pending_approval"], next);
}
