import Check from "@lucide/svelte/icons/circle-check";
import Draft from "@lucide/svelte/icons/circle-dashed";
import Retired from "@lucide/svelte/icons/circle-minus";
import Hourglass from "@lucide/svelte/icons/hourglass";
import type { Component } from "svelte";
import type { TemplateVersion } from "#lib/api/client.ts";
import { m } from "#messages";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type TemplateVersionState = TemplateVersion["state"];

const looks: Record<TemplateVersionState, { label: () => string; tone: Tone; icon: Component }> = {
  draft: { label: m.templates_state_draft, tone: "info", icon: Draft },
  in_review: { label: m.templates_state_in_review, tone: "warning", icon: Hourglass },
  published: { label: m.templates_state_published, tone: "success", icon: Check },
  retired: { label: m.templates_state_retired, tone: "neutral", icon: Retired },
};

export function templateVersionStateLook(state: TemplateVersionState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
