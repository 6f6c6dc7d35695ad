import { SUPPRESSION_REASONS } from "../suppressions/index.ts";

/**
 * The life of a delivery.
 *
 * It is made `ready`, or `suppressed` when nothing can or may be sent to the recipient on this channel, or `failed` when
 * the channel has been deleted since the message was accepted, or `cancelled` when the message was cancelled for its user
 * before; an entry on the suppression list that is made later suppresses it too, as long as it was not sent, and so does
 * the deletion of its user. In quiet hours it stays `ready` until they are over, or becomes `suppressed`, as the message
 * says. What would exceed the vendor's limits for its recipient stays `ready` until there is room, with `recipient_limit`
 * as its reason meanwhile. A worker opens an attempt (the intent, committed before the vendor is called); while the attempt
 * is open the delivery is under way although its row still says `ready`. The vendor's answer moves it to `accepted`, `failed` or, when nobody can
 * tell whether the vendor took it, `unknown`; a transient failure leaves it `ready` for a later round. Receipts then
 * move it to `delivered` or `undelivered`. They may come late, twice, in any order, even before our own commit:
 * `delivered` beats `undelivered`, and either beats what we believed before.
 *
 * Where the vendor can be asked, `unknown` is not the end: what it took becomes `accepted`, and what it certainly never
 * got is `ready` again, or ends with its message. What was taken back ends `recalled`: a receipt that comes later is
 * kept and changes nothing.
 *
 * What the host keeps itself, as an inbox entry, has arrived with being accepted: it becomes both in one statement.
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
  "recalled",
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

const TRANSITIONS: Record<DeliveryState, readonly DeliveryState[]> = {
  ready: ["ready", "accepted", "failed", "unknown", "suppressed", "cancelled", "expired"],
  accepted: ["delivered", "undelivered", "recalled"],
  unknown: ["ready", "accepted", "delivered", "undelivered", "failed", "cancelled", "expired"],
  undelivered: ["delivered"],
  delivered: ["recalled"],
  failed: [],
  suppressed: [],
  cancelled: [],
  expired: [],
  recalled: [],
};

export const canMove = (from: DeliveryState, to: DeliveryState): boolean => TRANSITIONS[from].includes(to);

/** The states in which nobody has got it, as far as can be known: sending again can reach nobody twice. */
export const RESENDABLE_STATES = [
  "undelivered",
  "failed",
  "suppressed",
  "cancelled",
  "expired",
] as const satisfies readonly DeliveryState[];

/** The states of what has left for its recipient, whatever became of it. */
export const LEFT_STATES = [
  "accepted",
  "delivered",
  "undelivered",
  "unknown",
  "recalled",
] as const satisfies readonly DeliveryState[];

/** The states in which somebody has got it, may have, or still will: sending again would reach them twice. */
export const REACHING_STATES = [
  "ready",
  "accepted",
  "delivered",
  "unknown",
] as const satisfies readonly DeliveryState[];

/** The states in which the vendor has it and could take it back. */
export const RECALLABLE_STATES = DELIVERY_STATES.filter((state) => canMove(state, "recalled"));

/** The states that a receipt of this type may find a delivery in. */
export function statesBefore(receipt: "delivered" | "undelivered"): DeliveryState[] {
  return DELIVERY_STATES.filter((state) => canMove(state, receipt));
}

/** The states in which a receipt says something: the vendor had the delivery, or may have had it. */
export const HEARING_STATES: DeliveryState[] = [...statesBefore("delivered"), "delivered"];

/** A vendor's later word about a delivery. */
export interface Receipt {
  type: "delivered" | "undelivered" | "read" | "clicked";
  at: Date;
}

/** What receipts change. */
export interface Engagement {
  state: DeliveryState;
  deliveredAt: Date | null;
  readAt: Date | null;
  clickedAt: Date | null;
}

/**
 * Merges a receipt: the same ones make the same of a delivery in whatever order they come. `receipt.repository.ts` does
 * the same to many rows in one statement; a receipt for a delivery that was not accepted yet waits there, and must not
 * be given to this function.
 */
export function mergeReceipt<T extends Engagement>(delivery: T, { type, at }: Receipt): T {
  if (!HEARING_STATES.includes(delivery.state)) return delivery;
  const news = type === "undelivered" ? "undelivered" : "delivered";
  if (delivery.state === "recalled") return delivery;
  const state = canMove(delivery.state, news) ? news : delivery.state;
  const isEngagement = type === "read" || type === "clicked";
  return {
    ...delivery,
    state,
    deliveredAt: news === "delivered" ? earliest(delivery.deliveredAt, at) : delivery.deliveredAt,
    readAt: isEngagement ? earliest(delivery.readAt, at) : delivery.readAt,
    clickedAt: type === "clicked" ? earliest(delivery.clickedAt, at) : delivery.clickedAt,
  };
}

const earliest = (known: Date | null, at: Date): Date => (known && known <= at ? known : at);

/** Rounds after which a delivery that fails for the time being is given up. */
export const MAX_ROUNDS = 8;
/** The longest pause between two rounds, seconds. */
const MAX_PAUSE_SECONDS = 900;

/** Pause before round `round` (1, 2, …), seconds: 2, 6, 18, 54, … with up to a quarter of jitter. */
export function pauseSeconds(round: number, random: number): number {
  const seconds = Math.min(2 * 3 ** (round - 1), MAX_PAUSE_SECONDS);
  return seconds * (1 + random / 4);
}

/** Reason codes of our own; beside them stand the vendors' codes. */
export const REASONS = {
  noAddress: "no_address",
  userUnknown: "user_unknown",
  userDeleted: "user_deleted",
  channelOff: "channel_off",
  channelGone: "channel_gone",
  channelDown: "channel_down",
  missingVariable: "missing_variable",
  contentTooLong: "content_too_long",
  workerLost: "worker_lost",
  tooLateToRepeat: "too_late_to_repeat",
  cancelled: "cancelled",
  userCancelled: "cancelled_for_user",
  reachedEarlier: "reached_earlier",
  expired: "time_to_live_over",
  suppressedByTenant: SUPPRESSION_REASONS.manual,
  unsubscribed: SUPPRESSION_REASONS.unsubscribed,
  addressDead: SUPPRESSION_REASONS.hard_bounce,
  complained: SUPPRESSION_REASONS.complaint,
  suppressedByVendor: SUPPRESSION_REASONS.vendor,
  notOnAllowList: "not_on_allow_list",
  onDenyList: "on_deny_list",
  duplicateContent: "duplicate_content",
  unanswered: "inquiry_unanswered",
  neverArrived: "never_reached_vendor",
  recalled: "recalled",
  quietHours: "quiet_hours",
  quietHoursOutlast: "quiet_hours_outlast_time_to_live",
  overFrequencyCap: "over_frequency_cap",
  recipientLimit: "recipient_limit",
  recipientLimitOutlasts: "recipient_limit_outlasts_time_to_live",
  noAllowance: "no_allowance",
} as const;
