import { Inbox, type SimulatedMessage } from "@tidings/sdk/testing";

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

/** What was pushed. */
export class NotificationInbox extends Inbox<SimulatedNotification> {
  /** Adds a notification, which takes the place of one with its collapse id on the same device. */
  show(notification: SimulatedNotification): void {
    const { to, collapseId } = notification;
    if (collapseId !== "") this.remove((one) => one.to === to && one.collapseId === collapseId);
    this.add([notification]);
  }
}
