import CircleAlert from "@lucide/svelte/icons/circle-alert";
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleDashed from "@lucide/svelte/icons/circle-dashed";
import Info from "@lucide/svelte/icons/info";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import type { Component } from "svelte";

/** What a colour means. Never the only sign: an icon and a word always stand beside it. */
export const TONES = ["neutral", "info", "success", "warning", "error"] as const;
export type Tone = (typeof TONES)[number];

export const toneClass: Record<Tone, string> = {
  neutral: "tone-neutral",
  info: "tone-info",
  success: "tone-success",
  warning: "tone-warning",
  error: "tone-error",
};

/** The icon of a tone, where a state brings none of its own. */
export const toneIcon: Record<Tone, Component> = {
  neutral: CircleDashed,
  info: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  error: CircleAlert,
};
