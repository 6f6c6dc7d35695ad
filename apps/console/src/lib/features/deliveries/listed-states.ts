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
] as const satisfies Delivery["state"][];
