import type { ReceiptEvent } from "@tidings/sdk/plugin";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { keepAndApply } from "../deliveries/index.ts";
import {
  confirmEntry,
  countEntries,
  cursorOf,
  type EntryRow,
  findEntry,
  type Inbox,
  type InboxCounts,
  listEntries,
  markRead,
} from "./entry.repository.ts";
import type { EntryFilter } from "./entry.rules.ts";
import { nothingToConfirm } from "./inbox.errors.ts";

export interface InboxServiceDeps {
  transact: Transact;
  now(): Date;
}

/** What one request marks as read at most: the receipts of all of it are written with it. */
const READ_AT_ONCE = 1_000;

/** What a user does in their own inbox. That it was read goes the way of a vendor's receipt, in the same transaction. */
export function createInboxService({ transact, now }: InboxServiceDeps) {
  async function getEntry(tx: Tx, inbox: Inbox, entryId: string): Promise<EntryRow> {
    const entry = await findEntry(tx, inbox, entryId);
    if (!entry) throw noSuch("entry", entryId);
    return entry;
  }

  const tell = (tx: Tx, inbox: Inbox, ids: readonly string[], what: "read" | "confirmed") =>
    ids.length > 0
      ? keepAndApply(
          tx,
          inbox.tenantId,
          inbox.channelId,
          ids.map((id) => toReceipt(id, what, now())),
          "vendor",
        )
      : undefined;

  return {
    async listEntries(inbox: Inbox, filter: EntryFilter, request: PageRequest): Promise<Page<EntryRow>> {
      const rows = await transact(inbox, (tx) => listEntries(tx, inbox, filter, request));
      return toPage(rows, request, cursorOf, (row) => row);
    },

    countEntries: (inbox: Inbox): Promise<InboxCounts> => transact(inbox, (tx) => countEntries(tx, inbox)),

    /** Marks an entry as read; once more changes nothing. */
    async readEntry(inbox: Inbox, entryId: string): Promise<EntryRow> {
      return transact(inbox, async (tx) => {
        await tell(tx, inbox, await markRead(tx, inbox, { entryId, limit: 1 }), "read");
        return getEntry(tx, inbox, entryId);
      });
    },

    /** Marks everything as read, or the first thousand of it. */
    async readAllEntries(inbox: Inbox): Promise<InboxCounts & { readCount: number }> {
      return transact(inbox, async (tx) => {
        const marked = await markRead(tx, inbox, { limit: READ_AT_ONCE });
        await tell(tx, inbox, marked, "read");
        return { readCount: marked.length, ...(await countEntries(tx, inbox)) };
      });
    },

    /** Confirms an entry that asks for it, which also reads it; once more changes nothing. */
    async confirmEntry(inbox: Inbox, entryId: string): Promise<EntryRow> {
      return transact(inbox, async (tx) => {
        const before = await getEntry(tx, inbox, entryId);
        if (!before.mustConfirm) throw nothingToConfirm(`The entry ${entryId} asks for no confirmation.`);
        if (await confirmEntry(tx, inbox, entryId)) await tell(tx, inbox, [entryId], "confirmed");
        return getEntry(tx, inbox, entryId);
      });
    },
  };
}

export type InboxService = ReturnType<typeof createInboxService>;

const toReceipt = (ref: string, what: "read" | "confirmed", at: Date): ReceiptEvent => ({
  eventId: `tidings:inbox-${what}:${ref}`,
  type: "read",
  ref,
  at: at.getTime(),
  code: `inbox_${what}`,
});
