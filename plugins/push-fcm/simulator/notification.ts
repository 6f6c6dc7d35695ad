import type { SimulatedMessage } from "@tidings/sdk/testing";

/** A notification that a device got. */
export interface SimulatedNotification extends SimulatedMessage {
  title: string;
  body: string;
  data: Record<string, string>;
  priority: string;
}
