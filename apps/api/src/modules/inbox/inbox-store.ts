import type { InboxEntry, Inbox as PluginInbox } from "@tidings/sdk/plugin";
import type { Transact } from "../../platform/database/index.ts";
import { putEntries, recallEntries } from "./entry.repository.ts";

/** What one statement takes: a batch whose entries say much is written by several, in one transaction. */
const CHARACTERS_A_STATEMENT = 2_000_000;

/** The inboxes as a plugin is handed them: of one tenant, and only for what was sent by its own channel. */
export function createInboxStore({ transactAsWorker: transact }: { transactAsWorker: Transact }) {
  return (channel: { tenantId: string; channelId: string }): PluginInbox => ({
    put: (entries, { keepSeconds }) =>
      transact(channel, async (tx) => {
        const refs: string[] = [];
        for (const share of sharesOf(entries))
          refs.push(...(await putEntries(tx, channel, share, keepSeconds)));
        return refs;
      }),

    takeBack: (refs) => transact(channel, (tx) => recallEntries(tx, channel, refs)),
  });
}

function* sharesOf(entries: readonly InboxEntry[]): Generator<InboxEntry[]> {
  let share: InboxEntry[] = [];
  let size = 0;
  for (const entry of entries) {
    const own = entry.title.length + entry.body.length + (entry.link?.length ?? 0);
    if (share.length > 0 && size + own > CHARACTERS_A_STATEMENT) {
      yield share;
      share = [];
      size = 0;
    }
    share.push(entry);
    size += own;
  }
  if (share.length > 0) yield share;
}
