import type { RecipientLimit } from "@tidings/sdk/plugin";

/*
 * What a vendor takes for one recipient, over sliding windows. A moment is when the vendor may have got a message at the
 * latest, in milliseconds from now: the past is negative. Windows of the vendor's that begin at fixed times see no more
 * than these.
 */

/** A limit without room, and when there is some again. */
export interface NoRoom {
  limit: RecipientLimit;
  inMs: number;
}

/** Why one more has to wait behind these `moments`, which rise; undefined when every limit has room now. */
export function findNoRoom(
  limits: readonly RecipientLimit[],
  moments: readonly number[],
): NoRoom | undefined {
  const full = limits.flatMap((limit): NoRoom[] => {
    const first = moments.at(-limit.messages);
    const inMs = first === undefined ? 0 : first + limit.seconds * 1000;
    return inMs > 0 ? [{ limit, inMs }] : [];
  });
  return full.reduce<NoRoom | undefined>(
    (last, one) => (last && last.inMs >= one.inMs ? last : one),
    undefined,
  );
}

/** What of `messages` may be handed over now, and what has to wait. In the order given. */
export interface Assigned<Message> {
  going: Message[];
  waiting: (NoRoom & { message: Message })[];
}

/**
 * Gives messages to the addresses' room. What waits takes the room that it waits for, so that those behind it are due
 * when it is their turn.
 */
export function assignRoom<Message>(
  limits: readonly RecipientLimit[],
  messages: readonly { message: Message; address: string }[],
  taken: ReadonlyMap<string, readonly number[]>,
): Assigned<Message> {
  const assigned: Assigned<Message> = { going: [], waiting: [] };
  const moments = new Map<string, number[]>();
  for (const { message, address } of messages) {
    const known = moments.get(address) ?? [...(taken.get(address) ?? [])];
    const noRoom = findNoRoom(limits, known);
    if (noRoom) assigned.waiting.push({ ...noRoom, message });
    else assigned.going.push(message);
    known.push(noRoom?.inMs ?? 0);
    moments.set(address, known);
  }
  return assigned;
}

/** The name of a limit, as `30/60`: messages in seconds. */
export const nameOf = ({ messages, seconds }: RecipientLimit): string => `${messages}/${seconds}`;

/** How long a limit's handovers count, in seconds: those of the longest window. */
export const longestWindowOf = (limits: readonly RecipientLimit[]): number =>
  Math.max(...limits.map(({ seconds }) => seconds));
