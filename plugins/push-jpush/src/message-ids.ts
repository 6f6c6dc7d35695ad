import type { SentMessage } from "@tidings/sdk/plugin";

/*
 * The vendor gives one id for a call. A message that is alone in its call has it as its own vendor id. Messages that
 * share a call have it as the batch's, and as their own too where the batch made several calls: so an id that is among
 * the batch's belongs to several messages.
 */

/** The id in an answer to a push. It may be a number beyond what JavaScript holds exactly, so it is read as text. */
export const readMessageId = (body: string): string | undefined =>
  /"msg_id"\s*:\s*"?(\d{1,20})\b/.exec(body)?.[1];

/** The id of the call that carried a message, and whether it carried others as well. */
export interface MessageId {
  id: string;
  isShared: boolean;
}

export function idOf({ vendorId, batchVendorIds = [] }: SentMessage): MessageId | undefined {
  const id = vendorId ?? (batchVendorIds.length === 1 ? batchVendorIds[0] : undefined);
  return id !== undefined && /^\d{1,20}$/.test(id)
    ? { id, isShared: batchVendorIds.includes(id) }
    : undefined;
}

/** The messages of each call, by its id; those without one are left out. */
export function groupByCall(messages: SentMessage[]): Map<string, SentMessage[]> {
  const groups = new Map<string, SentMessage[]>();
  for (const message of messages) {
    const known = idOf(message);
    if (!known) continue;
    const group = groups.get(known.id);
    if (group) group.push(message);
    else groups.set(known.id, [message]);
  }
  return groups;
}
