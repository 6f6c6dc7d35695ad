import Check from "@lucide/svelte/icons/circle-check";
import Minus from "@lucide/svelte/icons/circle-minus";
import { m } from "#messages";
import type { StateLook } from "./delivery-states.ts";

/** Whether a recipient still lets anything be sent; what the list is filtered by. */
export const ALLOWANCE_STATES = ["some", "none"] as const;

/** How many messages a recipient still lets a channel send. */
export function allowanceStateLook(remaining: number): StateLook {
  return remaining > 0
    ? { label: m.channels_allowances_left({ count: remaining }), tone: "success", icon: Check }
    : { label: m.channels_allowances_none(), tone: "warning", icon: Minus };
}
