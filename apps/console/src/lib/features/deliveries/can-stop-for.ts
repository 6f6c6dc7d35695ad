import type { Delivery, MessageDetail } from "../../api/client.ts";

/** The states of a message that goes on. */
const GOES_ON: readonly MessageDetail["state"][] = ["expanding", "sending", "paused"];

/**
 * Whether something of the message may still go to the user of these deliveries: one waits to be sent, or a further step
 * may be made.
 */
export function canStopFor(
  { state, steps }: Pick<MessageDetail, "state" | "steps">,
  deliveries: readonly Pick<Delivery, "state" | "step" | "reason">[],
): boolean {
  if (!GOES_ON.includes(state)) return false;
  if (deliveries.some(({ reason }) => reason === "cancelled_for_user")) return false;
  const last = Math.max(...deliveries.map(({ step }) => step));
  return deliveries.some((one) => one.state === "ready") || last < steps.length - 1;
}
