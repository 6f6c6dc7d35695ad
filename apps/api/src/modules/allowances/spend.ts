import type { Tx } from "../../platform/database/index.ts";
import { toBigint } from "../../platform/ids.ts";
import type { Spending } from "./allowance.rules.ts";
import { type ChannelRef, recordChanges } from "./change.repository.ts";
import { settleHolds } from "./hold.repository.ts";

/**
 * How much earlier than its request a refusal is taken to say that none is left: a consent that the vendor's clock puts
 * right before it may have come after it.
 */
const CLOCKS_APART_MS = 5_000;

/** Writes down what a batch has made of consents; `readStart` finds out when it was begun. */
export async function spend(
  tx: Tx,
  channel: ChannelRef,
  { used, returned, refused }: Spending,
  readStart: () => Promise<Date>,
): Promise<void> {
  const idOf = (ref: string) => toBigint("dlv", ref);
  await settleHolds(tx, channel, {
    usedIds: [...used, ...refused.map(({ ref }) => ref)].map(idOf),
    returnedIds: returned.map(idOf),
  });
  if (refused.length === 0) return;
  const at = new Date((await readStart()).getTime() - CLOCKS_APART_MS);
  await recordChanges(
    tx,
    channel,
    refused.map(({ ref, address, subject }) => ({
      eventId: `refused/${ref}`,
      address,
      subject,
      granted: null,
      at,
    })),
  );
}
