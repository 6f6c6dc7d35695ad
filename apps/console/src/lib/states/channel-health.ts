import Check from "@lucide/svelte/icons/circle-check";
import Untested from "@lucide/svelte/icons/circle-dashed";
import Pause from "@lucide/svelte/icons/circle-pause";
import Cross from "@lucide/svelte/icons/circle-x";
import type { Component } from "svelte";
import { m } from "#messages";
import type { ChannelHealth } from "../api/client.ts";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

const looks: Record<ChannelHealth["state"], { label: () => string; tone: Tone; icon: Component }> = {
  unverified: { label: m.channels_health_unverified, tone: "neutral", icon: Untested },
  healthy: { label: m.channels_health_healthy, tone: "success", icon: Check },
  failing: { label: m.channels_health_failing, tone: "error", icon: Cross },
};

/** What stands beside a channel: that it is not sent through at the moment says more than its last test. */
export function channelHealthLook({ state, circuit }: ChannelHealth): StateLook {
  if (circuit.state === "open") return { label: m.channels_health_paused(), tone: "error", icon: Pause };
  if (circuit.state === "half_open")
    return { label: m.channels_health_probing(), tone: "warning", icon: Pause };
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
