const INBOX_LIMIT = 100_000;

/** What arrived at a simulator, oldest first; the oldest are dropped beyond 100,000. */
export class Inbox<T> {
  #messages: T[] = [];

  add(messages: readonly T[]): void {
    this.#messages.push(...messages);
    if (this.#messages.length > INBOX_LIMIT) this.#messages = this.#messages.slice(-INBOX_LIMIT);
  }

  /** Takes away what a vendor shows no more. */
  remove(isGone: (message: T) => boolean): void {
    this.#messages = this.#messages.filter((message) => !isGone(message));
  }

  get messages(): readonly T[] {
    return this.#messages;
  }
}
