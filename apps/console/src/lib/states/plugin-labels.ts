import Verified from "@lucide/svelte/icons/badge-check";
import Deprecated from "@lucide/svelte/icons/circle-minus";
import Malicious from "@lucide/svelte/icons/shield-x";
import Vulnerable from "@lucide/svelte/icons/triangle-alert";
import type { Component } from "svelte";
import { m } from "#messages";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export const LABELS = ["verified", "deprecated", "vulnerable", "malicious"] as const;
export type Label = (typeof LABELS)[number];

const looks: Record<Label, { label: () => string; tone: Tone; icon: Component }> = {
  verified: { label: m.marketplace_label_verified, tone: "success", icon: Verified },
  deprecated: { label: m.marketplace_label_deprecated, tone: "warning", icon: Deprecated },
  vulnerable: { label: m.marketplace_label_vulnerable, tone: "error", icon: Vulnerable },
  malicious: { label: m.marketplace_label_malicious, tone: "error", icon: Malicious },
};

/** What a registry says of a version. */
export function labelLook(label: string): StateLook {
  const known = LABELS.find((one) => one === label);
  if (!known) return { label, tone: "neutral" };
  const { label: text, ...look } = looks[known];
  return { ...look, label: text() };
}
