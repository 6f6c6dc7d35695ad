import type { SimulatedMessage } from "@tidings/sdk/testing";

/** A message in one user's chat with the bot. */
export interface SimulatedNotice extends SimulatedMessage {
  messageId: string;
  msgType: string;
  /** Where a card leads. */
  url: string;
  state: "arrived" | "read" | "recalled";
}

const INBOX_LIMIT = 100_000;

/** What was sent, oldest first; the oldest are dropped beyond the limit. */
export class Inbox {
  readonly #notices = new Map<string, SimulatedNotice>();

  add(notice: SimulatedNotice): void {
    this.#notices.set(notice.messageId, notice);
    const [oldest] = this.#notices.keys();
    if (this.#notices.size > INBOX_LIMIT && oldest !== undefined) this.#notices.delete(oldest);
  }

  get messages(): readonly SimulatedNotice[] {
    return [...this.#notices.values()];
  }

  find(messageId: string): SimulatedNotice | undefined {
    return this.#notices.get(messageId);
  }

  /** The user opens the chat; returns the ids of what was new. */
  read(userId: string): string[] {
    const fresh = this.messages.filter(({ to, state }) => to === userId && state === "arrived");
    for (const notice of fresh) notice.state = "read";
    return fresh.map(({ messageId }) => messageId);
  }
}
