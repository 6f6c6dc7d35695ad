import Award from "@lucide/svelte/icons/award";
import Ungraded from "@lucide/svelte/icons/circle-dashed";
import type { Component } from "svelte";
import { m } from "#messages";
import type { MarketplacePlugin } from "../api/client.ts";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type Grade = NonNullable<MarketplacePlugin["grade"]>;

const looks: Record<Grade, { label: () => string; text: () => string; tone: Tone; icon: Component }> = {
  gold: {
    label: m.marketplace_grade_gold,
    text: m.marketplace_grade_gold_text,
    tone: "success",
    icon: Award,
  },
  silver: {
    label: m.marketplace_grade_silver,
    text: m.marketplace_grade_silver_text,
    tone: "info",
    icon: Award,
  },
  bronze: {
    label: m.marketplace_grade_bronze,
    text: m.marketplace_grade_bronze_text,
    tone: "neutral",
    icon: Award,
  },
};

/** The best first. */
export const GRADES = Object.keys(looks) as Grade[];

/** What the checks made of a version; null: it did not pass them, or nobody has made them. */
export function gradeLook(grade: Grade | null): StateLook {
  if (grade === null) return { label: m.marketplace_grade_none(), tone: "warning", icon: Ungraded };
  const { label, tone, icon } = looks[grade];
  return { label: label(), tone, icon };
}

/** What a grade says to those who use a channel. */
export const gradeText = (grade: Grade | null): string =>
  grade === null ? m.marketplace_grade_none_text() : looks[grade].text();
