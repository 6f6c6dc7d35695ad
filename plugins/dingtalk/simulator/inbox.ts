import { Inbox, type SimulatedMessage } from "@tidings/sdk/testing";

/** A message on its way to one user. */
export interface SimulatedNotice extends SimulatedMessage {
  taskId: number;
  msgtype: string;
  /** Where a card leads. */
  url: string;
  /**
   * - `arrived`: it lies before the user
   * - `read`: the user has opened it
   * - `invalid`: there is no such user
   * - `failed`: the vendor could not send it
   * - `dropped`: a limit kept it back, which the sender is told only when it asks
   */
  state: "arrived" | "read" | "invalid" | "failed" | "dropped" | "recalled";
  /** The code of the limit that kept it back. */
  code?: number;
}

/** What was sent. */
export class NoticeInbox extends Inbox<SimulatedNotice> {
  listOf(taskId: number): SimulatedNotice[] {
    return this.messages.filter((notice) => notice.taskId === taskId);
  }

  /** The user opens everything that has arrived. */
  read(userId: string): void {
    for (const notice of this.messages) {
      if (notice.to === userId && notice.state === "arrived") notice.state = "read";
    }
  }
}
