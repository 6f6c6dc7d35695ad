import Power from "@lucide/svelte/icons/circle-check";
import PowerOff from "@lucide/svelte/icons/circle-off";
import { m } from "#messages";
import type { StateLook } from "./delivery-states.ts";

export type SwitchState = "on" | "off";

/** Whether a source or a channel is in use. */
export function switchStateLook(state: SwitchState): StateLook {
  return state === "on"
    ? { label: m.channels_state_on(), tone: "success", icon: Power }
    : { label: m.channels_state_off(), tone: "neutral", icon: PowerOff };
}
