/**
 * The life of a delivery.
 *
 * It is made `ready`, or `suppressed` when nothing can be sent to the user on this channel. A worker opens an
 * attempt (the intent, committed before the vendor is called); while the attempt is open the delivery is under
 * way although its row still says `ready`. The vendor's answer moves it to `accepted`, `failed` or, when nobody can
 * tell whether the vendor took it, `unknown`; a transient failure leaves it `ready` for a later round. Receipts then
 * move it to `delivered` or `undelivered`. They may come late, twice, in any order, even before our own commit:
 * `delivered` beats `undelivered`, and either beats what we believed before.
 *
 * Reading and clicking are engagement beside the state (`readAt`, `clickedAt`), and imply arrival.
 */
export const DELIVERY_STATES = [
  "ready",
  "accepted",
  "delivered",
  "undelivered",
  "failed",
  "unknown",
  "suppressed",
  "cancelled",
  "expired",
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

const TRANSITIONS: Record<DeliveryState, readonly DeliveryState[]> = {
  ready: ["ready", "accepted", "failed", "unknown", "cancelled", "expired"],
  accepted: ["delivered", "undelivered"],
  unknown: ["delivered", "undelivered"],
  undelivered: ["delivered"],
  delivered: [],
  failed: [],
  suppressed: [],
  cancelled: [],
  expired: [],
};

export const canMove = (from: DeliveryState, to: DeliveryState): boolean => TRANSITIONS[from].includes(to);

/** The states that a receipt of this type may find a delivery in. */
export function statesBefore(receipt: "delivered" | "undelivered"): DeliveryState[] {
  return DELIVERY_STATES.filter((state) => canMove(state, receipt));
}

/** Rounds after which a delivery that fails for the time being is given up. */
export const MAX_ROUNDS = 8;
/** The longest pause between two rounds, seconds. */
const MAX_PAUSE_SECONDS = 900;
/** A channel whose settings are refused is tried again this often, seconds, until it is mended. */
export const CONFIG_PAUSE_SECONDS = 60;

/** Pause before round `round` (1, 2, …), seconds: 2, 6, 18, 54, … with up to a quarter of jitter. */
export function pauseSeconds(round: number, random: number): number {
  const seconds = Math.min(2 * 3 ** (round - 1), MAX_PAUSE_SECONDS);
  return seconds * (1 + random / 4);
}

/** Reason codes of our own; beside them stand the vendors' codes. */
export const REASONS = {
  noAddress: "no_address",
  userUnknown: "user_unknown",
  channelOff: "channel_off",
  channelGone: "channel_gone",
  missingVariable: "missing_variable",
  contentTooLong: "content_too_long",
  workerLost: "worker_lost",
  cancelled: "cancelled",
  expired: "time_to_live_over",
} as const;
