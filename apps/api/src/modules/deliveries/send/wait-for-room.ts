import type { RecipientLimit } from "@tidings/sdk/plugin";
import type { Tx } from "../../../platform/database/index.ts";
import { holdRoom, keepBack, listTaken, roomKeyOf } from "./recipient-limits.repository.ts";
import { assignRoom } from "./recipient-limits.rules.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";

/** What is looked at, and changed, of a chunk that is being sent. */
interface LookedChunk {
  work: ChunkWork;
  left: ReadyRow[];
  heldIds: readonly string[];
}

/**
 * Takes out of the first `most` rows of chunks what the vendor has no room for yet, and keeps it back until it has.
 * Returns how many of them may go; until the transaction ends, nobody else is given their room.
 */
export async function waitForRoom(
  tx: Tx,
  chunks: readonly LookedChunk[],
  most: number,
  limits: readonly RecipientLimit[],
): Promise<number> {
  const looked = firstRows(chunks, most);
  const [any] = looked;
  if (!any) return 0;
  const { work } = any.message.chunk;
  const addresses = [...new Set(looked.map(({ address }) => address))];
  await holdRoom(tx, work, addresses);
  const taken = await listTaken(tx, work, addresses, limits);
  const { going, waiting } = assignRoom(limits, looked, taken);
  if (waiting.length > 0) {
    const kept = waiting.map(({ message: { chunk, row }, ...noRoom }) => ({
      ...noRoom,
      id: row[0],
      messageId: chunk.work.messageId,
    }));
    await keepBack(tx, work, kept);
    leaveOut(chunks, new Set(kept.map(({ id }) => id)));
  }
  return going.length;
}

function firstRows(chunks: readonly LookedChunk[], most: number) {
  let room = most;
  return chunks.flatMap((chunk) => {
    const rows = chunk.left.slice(0, room);
    room -= rows.length;
    return rows.map((row) => ({ message: { chunk, row }, address: roomKeyOf(row[1]) }));
  });
}

/** No batch may cover what waits. */
function leaveOut(chunks: readonly LookedChunk[], waitingIds: ReadonlySet<string>): void {
  const isWaiting = ([id]: ReadyRow) => waitingIds.has(id);
  for (const chunk of chunks) {
    const held = chunk.left.filter(isWaiting).map(([id]) => id);
    if (held.length === 0) continue;
    chunk.left = chunk.left.filter((row) => !isWaiting(row));
    chunk.heldIds = [...chunk.heldIds, ...held].sort(byId);
  }
}

const byId = (one: string, other: string) => (BigInt(one) < BigInt(other) ? -1 : 1);
