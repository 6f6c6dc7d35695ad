import type { CallbackEndpoint } from "#lib/api/client.ts";
import { deliveryStateLook } from "#lib/states/delivery-states.ts";
import { m } from "#messages";

export type EventType = CallbackEndpoint["eventTypes"][number];

const others = { read: m.messages_read, clicked: m.messages_clicked };

/** In the order in which a delivery meets them. */
export const EVENT_TYPES: readonly EventType[] = [
  "accepted",
  "delivered",
  "undelivered",
  "read",
  "clicked",
  "failed",
  "unknown",
  "suppressed",
  "cancelled",
  "expired",
  "recalled",
];

/** What happened to a delivery, in the words that the delivery itself is told in. */
export function eventTypeText(type: EventType): string {
  return type === "read" || type === "clicked" ? others[type]() : deliveryStateLook(type).label;
}

/** What an endpoint is told of; all of it in one word. */
export function eventTypeTexts(types: readonly EventType[]): string[] {
  if (types.length === EVENT_TYPES.length) return [m.callbacks_all_events()];
  return EVENT_TYPES.filter((type) => types.includes(type)).map(eventTypeText);
}
