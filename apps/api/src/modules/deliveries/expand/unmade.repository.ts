import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { type LockedMessage, readExpanding } from "./expanding.repository.ts";
import { countFileLines } from "./file-slice.repository.ts";
import { countAudience, isOfUsers, LAST_USER, NO_USER } from "./slice.repository.ts";

/**
 * How many deliveries a message that is half expanded will still get, counted as its expander counts an audience: with
 * those that nothing can be sent to. None while it has no slice yet: then its expander works the rate out. The message
 * has to be locked, so that no slice is made meanwhile.
 */
export async function countUnmade(tx: Tx, tenantId: string, messageId: string): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const begun = tx.sql`
    select * from messages m
    where m.tenant_id = ${tenant} and m.id = ${toUuid("message", messageId)} and m.expand_cursor <> ${NO_USER}
      and (m.state = 'expanding' or m.state = 'paused' and m.paused_from = 'expanding')`;
  const message = await readExpanding(tx, tenant, begun);
  return message ? (await countBehind(tx, tenantId, message)) * message.channels.length : 0;
}

/** How many recipients stand behind the message's cursor. */
async function countBehind(
  tx: Tx,
  tenantId: string,
  { audience, expandCursor: after }: LockedMessage,
): Promise<number> {
  if (audience.kind === "file") return countFileLines(tx, tenantId, audience, after);
  if (isOfUsers(audience)) return countAudience(tx, tenantId, audience, { after, lastUserId: LAST_USER });
  // It is expanded in one go.
  return 0;
}
