import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import Off from "@lucide/svelte/icons/circle-off";
import Cross from "@lucide/svelte/icons/circle-x";
import Clock from "@lucide/svelte/icons/clock";
import Unplugged from "@lucide/svelte/icons/unplug";
import { m } from "#messages";
import type { Callback, CallbackEndpoint } from "../api/client.ts";
import type { StateLook } from "./delivery-states.ts";

/** Whether an endpoint is told anything. One that is on and does not answer is told later. */
export function callbackEndpointLook({
  state,
  failingSince,
}: Pick<CallbackEndpoint, "state" | "failingSince">): StateLook {
  if (state === "disabled") return { label: m.callbacks_state_disabled(), tone: "error", icon: Ban };
  if (state === "off") return { label: m.callbacks_state_off(), tone: "neutral", icon: Off };
  return failingSince
    ? { label: m.callbacks_state_failing(), tone: "warning", icon: Unplugged }
    : { label: m.callbacks_state_on(), tone: "success", icon: Check };
}

export type CallbackState = Callback["state"];

const looks: Record<CallbackState, () => StateLook> = {
  waiting: () => ({ label: m.callbacks_call_state_waiting(), tone: "info", icon: Clock }),
  delivered: () => ({ label: m.callbacks_call_state_delivered(), tone: "success", icon: Check }),
  dead: () => ({ label: m.callbacks_call_state_dead(), tone: "error", icon: Cross }),
};

export const CALLBACK_STATES = Object.keys(looks) as CallbackState[];

export const callbackStateLook = (state: CallbackState): StateLook => looks[state]();
