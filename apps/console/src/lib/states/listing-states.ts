import Listed from "@lucide/svelte/icons/circle-check";
import Refused from "@lucide/svelte/icons/circle-x";
import InReview from "@lucide/svelte/icons/hourglass";
import Checking from "@lucide/svelte/icons/loader";
import Withdrawn from "@lucide/svelte/icons/package-x";
import type { Component } from "svelte";
import type { PluginListing } from "#lib/api/client.ts";
import { m } from "#messages";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type ListingState = PluginListing["state"];
export type ListingLabel = PluginListing["labels"][number];
export type ListingGrade = NonNullable<PluginListing["grade"]>;

const looks: Record<ListingState, { label: () => string; tone: Tone; icon: Component }> = {
  checking: { label: m.desk_state_checking, tone: "info", icon: Checking },
  in_review: { label: m.desk_state_in_review, tone: "warning", icon: InReview },
  listed: { label: m.desk_state_listed, tone: "success", icon: Listed },
  refused: { label: m.desk_state_refused, tone: "error", icon: Refused },
  withdrawn: { label: m.desk_state_withdrawn, tone: "neutral", icon: Withdrawn },
};

export const LISTING_STATES = Object.keys(looks) as ListingState[];

/** What has become of a submitted version. */
export function listingStateLook(state: ListingState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}

const labelTexts: Record<ListingLabel, { label: () => string; tone: Tone }> = {
  verified: { label: m.desk_label_verified, tone: "success" },
  deprecated: { label: m.desk_label_deprecated, tone: "warning" },
  vulnerable: { label: m.desk_label_vulnerable, tone: "error" },
  malicious: { label: m.desk_label_malicious, tone: "error" },
};

export const LISTING_LABELS = Object.keys(labelTexts) as ListingLabel[];

export const labelText = (label: ListingLabel): string => labelTexts[label].label();
export const labelTone = (label: ListingLabel): Tone => labelTexts[label].tone;

const gradeTexts: Record<ListingGrade, () => string> = {
  bronze: m.desk_grade_bronze,
  silver: m.desk_grade_silver,
  gold: m.desk_grade_gold,
};

/** From the lowest on. */
export const LISTING_GRADES = Object.keys(gradeTexts) as ListingGrade[];

export const gradeText = (grade: ListingGrade | null): string =>
  grade ? gradeTexts[grade]() : m.desk_grade_none();
