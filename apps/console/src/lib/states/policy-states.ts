import Archive from "@lucide/svelte/icons/archive";
import Check from "@lucide/svelte/icons/circle-check";
import type { Component } from "svelte";
import type { Policy } from "#lib/api/client.ts";
import { m } from "#messages";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type PolicyState = Policy["state"];

const looks: Record<PolicyState, { label: () => string; tone: Tone; icon: Component }> = {
  active: { label: m.policies_state_active, tone: "success", icon: Check },
  archived: { label: m.policies_state_archived, tone: "neutral", icon: Archive },
};

export const POLICY_STATES = Object.keys(looks) as PolicyState[];

export function policyStateLook(state: PolicyState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
