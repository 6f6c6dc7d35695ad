import type { Delivery } from "../../api/client.ts";

/** The states that a list of deliveries can be narrowed to. */
export const LISTED_STATES = [
  "ready",
  "accepted",
  "delivered",
  "undelivered",
  "failed",
  "unknown",
  "suppressed",
  "cancelled",
  "expired",
  "recalled",
] as const satisfies Delivery["state"][];

type ListedState = (typeof LISTED_STATES)[number];

/** Deliveries that could be sent: there was an address, and nothing forbade it. */
export const VALID_STATES = LISTED_STATES.filter((state) => state !== "suppressed");

/** Deliveries that nobody has got, as far as can be known. */
export const RESENDABLE_STATES: readonly ListedState[] = [
  "undelivered",
  "failed",
  "suppressed",
  "cancelled",
  "expired",
];

/** Deliveries that a vendor has taken, whatever became of them. */
export const SUBMITTED_STATES: readonly ListedState[] = ["accepted", "delivered", "undelivered", "recalled"];

/** The states in a filter of the address bar (`accepted,delivered`); undefined: all. */
export function statesIn(filter: string): ListedState[] | undefined {
  const names = filter.split(",");
  const states = LISTED_STATES.filter((state) => names.includes(state));
  return states.length > 0 ? states : undefined;
}
