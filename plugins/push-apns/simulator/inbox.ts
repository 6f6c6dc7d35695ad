import type { SimulatedMessage } from "@tidings/sdk/testing";

/** A notification that a device got. */
export interface SimulatedNotification extends SimulatedMessage {
  id: string;
  title: string;
  subtitle: string;
  body: string;
  extras: Record<string, unknown>;
  priority: string;
  collapseId: string;
}

const INBOX_LIMIT = 100_000;

/** What was pushed, oldest first; the oldest is dropped beyond the limit. */
export class Inbox {
  #notifications: SimulatedNotification[] = [];

  /** Adds a notification, which takes the place of one with its collapse id on the same device. */
  add(notification: SimulatedNotification): void {
    const { to, collapseId } = notification;
    if (collapseId !== "") {
      this.#notifications = this.#notifications.filter(
        (one) => one.to !== to || one.collapseId !== collapseId,
      );
    }
    this.#notifications.push(notification);
    if (this.#notifications.length > INBOX_LIMIT) this.#notifications.shift();
  }

  get notifications(): readonly SimulatedNotification[] {
    return this.#notifications;
  }
}
