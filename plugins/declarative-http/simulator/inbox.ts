import { Inbox, type SimulatedMessage } from "@tidings/sdk/testing";

/** A message that the gateway took. */
export interface TakenMessage extends SimulatedMessage {
  id: string;
  title: string;
  /** What becomes of it. */
  fate: "DELIVERED" | "FAILED" | "NONE";
  /** How often it came with the same key. */
  count: number;
}

/** What was taken; a message that comes again with its key is not taken twice. */
export class MessageInbox extends Inbox<TakenMessage> {
  readonly #byKey = new Map<string, TakenMessage>();

  take(message: TakenMessage, key: string | undefined): TakenMessage {
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (known) {
      known.count += 1;
      return known;
    }
    if (key !== undefined) this.#byKey.set(key, message);
    this.add([message]);
    return message;
  }
}
