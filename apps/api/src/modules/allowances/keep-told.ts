import type { AllowanceEvent } from "@tidings/sdk/plugin";
import type { Tx } from "../../platform/database/index.ts";
import { type ChannelRef, recordChanges } from "./change.repository.ts";

/** Keeps what a vendor has pushed of its users' consents. */
export async function keepTold(
  tx: Tx,
  channel: ChannelRef,
  events: readonly AllowanceEvent[],
): Promise<void> {
  await recordChanges(
    tx,
    channel,
    events.map(({ eventId, address, subject, change, count = 1, at }) => ({
      eventId: `vendor/${eventId}`,
      address,
      subject,
      granted: change === "granted" ? count : null,
      at: new Date(at),
    })),
  );
}
