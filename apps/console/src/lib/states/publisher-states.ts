import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import type { Component } from "svelte";
import type { Publisher } from "#lib/api/client.ts";
import { m } from "#messages";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type PublisherState = Publisher["state"];

const looks: Record<PublisherState, { label: () => string; tone: Tone; icon: Component }> = {
  active: { label: m.publisher_state_active, tone: "success", icon: Check },
  suspended: { label: m.publisher_state_suspended, tone: "error", icon: Ban },
};

export const PUBLISHER_STATES = Object.keys(looks) as PublisherState[];

/** Whether a publisher may submit. */
export function publisherStateLook(state: PublisherState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
