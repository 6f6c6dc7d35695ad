import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import type { Component } from "svelte";
import type { Member } from "#lib/api/client.ts";
import { m } from "#messages";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type MemberState = Member["state"];

const looks: Record<MemberState, { label: () => string; tone: Tone; icon: Component }> = {
  active: { label: m.members_state_active, tone: "success", icon: Check },
  disabled: { label: m.members_state_disabled, tone: "neutral", icon: Ban },
};

export function memberStateLook(state: MemberState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
