import type { SimulatedMessage } from "@tidings/sdk/testing";

/** A notification that a device got. */
export interface SimulatedNotification extends SimulatedMessage {
  title: string;
  body: string;
  data: Record<string, string>;
  priority: string;
}

const INBOX_LIMIT = 100_000;

/** What was pushed, oldest first; the oldest is dropped beyond the limit. */
export class Inbox {
  #notifications: SimulatedNotification[] = [];

  add(notification: SimulatedNotification): void {
    this.#notifications.push(notification);
    if (this.#notifications.length > INBOX_LIMIT) this.#notifications.shift();
  }

  get notifications(): readonly SimulatedNotification[] {
    return this.#notifications;
  }
}
