import { readFile } from "node:fs/promises";
import { fromBigint, fromUuid } from "@tidings/db";
import { findBreaches, INVARIANTS, type Invariant } from "../apps/api/test/harness/ledger.ts";
import type { AcceptedMessage, Books, DeliveryRow, Evidence, VendorEntry } from "./checker/facts.ts";
import type { Stage } from "./stage/stage.ts";

/** Client's record × database × vendor's log. */
export async function collectEvidence(stage: Stage, accepted: AcceptedMessage[]): Promise<Evidence> {
  const messages = await stage.database.run(
    (sql) => sql<{ id: string; state: string }[]>`select id, state from messages`,
  );
  const states = new Map(messages.map(({ id, state }) => [fromUuid("message", id), state]));
  // A cancellation may come when everything is sent; then it is refused, and the message is one like any other.
  const isCancelled = (message: AcceptedMessage) =>
    message.isCancelled && states.get(message.messageId) === "cancelled";
  return {
    accepted: accepted.map((message) => ({ ...message, isCancelled: isCancelled(message) })),
    books: await readBooks(stage, [...states.keys()]),
    vendor: await readVendorLog(stage.vendorLog),
  };
}

export async function readVendorLog(file: string): Promise<VendorEntry[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as VendorEntry);
}

async function readBooks({ database, seeded }: Stage, messageIds: string[]): Promise<Books> {
  const rows = await database.run(
    (sql) => sql<
      {
        id: string;
        message: string;
        address: string;
        step: number;
        channel: string;
        state: string;
        reason: string | null;
      }[]
    >`
      select id, message_id as message, address, step, channel_id as channel, state, reason from deliveries`,
  );
  const breaches: Record<string, number> = {};
  for (const invariant of Object.keys(INVARIANTS) as Invariant[]) {
    const found = await findBreaches(database, invariant);
    if (found.length > 0) breaches[`${invariant}: ${JSON.stringify(found[0])}`] = found.length;
  }
  return {
    deliveries: rows.map(
      ({ id, message, channel, ...row }): DeliveryRow => ({
        ...row,
        ref: fromBigint("dlv", id),
        messageId: fromUuid("message", message),
        channel: seeded.channels.get(fromUuid("channel", channel)) ?? "plain",
      }),
    ),
    messageIds,
    breaches,
  };
}
