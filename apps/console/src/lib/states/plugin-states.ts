import Upgrade from "@lucide/svelte/icons/circle-arrow-up";
import Check from "@lucide/svelte/icons/circle-check";
import Stopped from "@lucide/svelte/icons/circle-x";
import Trial from "@lucide/svelte/icons/flask-conical";
import Held from "@lucide/svelte/icons/hourglass";
import Blocked from "@lucide/svelte/icons/octagon-x";
import type { Component } from "svelte";
import { m } from "#messages";
import type { Plugin } from "../api/client.ts";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export const PLUGIN_STATES = [
  "blocked",
  "stopped",
  "trial",
  "held",
  "upgradable",
  "postponed",
  "current",
] as const;
export type PluginState = (typeof PLUGIN_STATES)[number];

const looks: Record<PluginState, { label: () => string; tone: Tone; icon: Component }> = {
  blocked: { label: m.marketplace_state_blocked, tone: "error", icon: Blocked },
  stopped: { label: m.marketplace_state_stopped, tone: "error", icon: Stopped },
  trial: { label: m.marketplace_state_trial, tone: "info", icon: Trial },
  held: { label: m.marketplace_state_held, tone: "warning", icon: Held },
  upgradable: { label: m.marketplace_state_upgradable, tone: "info", icon: Upgrade },
  postponed: { label: m.marketplace_state_postponed, tone: "neutral", icon: Held },
  current: { label: m.marketplace_state_current, tone: "success", icon: Check },
};

/** The one thing about a usable plugin that matters most now. */
export function pluginStateOf({
  obstacle,
  installation,
}: Pick<Plugin, "obstacle" | "installation">): PluginState {
  if (obstacle) return obstacle.code === "plugin_blocked" ? "blocked" : "stopped";
  if (installation?.trial) return "trial";
  const upgrade = installation?.upgrade;
  if (!upgrade) return "current";
  if (upgrade.obstacles.length > 0) return "postponed";
  return upgrade.needsConsent ? "held" : "upgradable";
}

export function pluginStateLook(state: PluginState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
