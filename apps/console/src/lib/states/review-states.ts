import Check from "@lucide/svelte/icons/circle-check";
import Cross from "@lucide/svelte/icons/circle-x";
import Hourglass from "@lucide/svelte/icons/hourglass";
import type { Component } from "svelte";
import type { VendorTemplate } from "#lib/api/client.ts";
import { m } from "#messages";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type ReviewState = VendorTemplate["state"];

const looks: Record<ReviewState, { label: () => string; tone: Tone; icon: Component }> = {
  pending: { label: m.channels_templates_pending, tone: "warning", icon: Hourglass },
  approved: { label: m.channels_templates_approved, tone: "success", icon: Check },
  rejected: { label: m.channels_templates_rejected, tone: "error", icon: Cross },
};

export const REVIEW_STATES = Object.keys(looks) as ReviewState[];

/** What a vendor's review of a signature or template has come to. */
export function reviewStateLook(state: ReviewState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
