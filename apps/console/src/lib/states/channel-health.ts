import Check from "@lucide/svelte/icons/circle-check";
import Untested from "@lucide/svelte/icons/circle-dashed";
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

export function channelHealthLook({ state }: ChannelHealth): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
