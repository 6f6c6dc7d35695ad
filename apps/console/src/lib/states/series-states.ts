import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import Cross from "@lucide/svelte/icons/circle-x";
import Clock from "@lucide/svelte/icons/clock";
import Hourglass from "@lucide/svelte/icons/hourglass";
import Repeat from "@lucide/svelte/icons/repeat";
import TimerOff from "@lucide/svelte/icons/timer-off";
import type { Component } from "svelte";
import { m } from "#messages";
import type { OccurrencePage, Series } from "../api/client.ts";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type SeriesState = Series["state"];
export type Occurrence = OccurrencePage["items"][number];

type Look = { label: () => string; tone: Tone; icon: Component };

const looks: Record<SeriesState, Look> = {
  pending_approval: { label: m.messages_state_pending_approval, tone: "warning", icon: Hourglass },
  rejected: { label: m.messages_state_rejected, tone: "error", icon: Cross },
  active: { label: m.series_state_active, tone: "info", icon: Repeat },
  ended: { label: m.series_state_ended, tone: "success", icon: Check },
  cancelled: { label: m.messages_state_cancelled, tone: "neutral", icon: Ban },
};

const occurrenceLooks: Record<Occurrence["state"], Look> = {
  planned: { label: m.series_occurrence_planned, tone: "info", icon: Clock },
  begun: { label: m.series_occurrence_begun, tone: "success", icon: Check },
  missed: { label: m.series_occurrence_missed, tone: "warning", icon: TimerOff },
  failed: { label: m.series_occurrence_failed, tone: "error", icon: Cross },
  cancelled: { label: m.series_occurrence_cancelled, tone: "neutral", icon: Ban },
  withdrawn: { label: m.series_occurrence_withdrawn, tone: "neutral", icon: Ban },
};

export const SERIES_STATES = Object.keys(looks) as SeriesState[];

const named = ({ label, ...look }: Look): StateLook => ({ ...look, label: label() });

export const seriesStateLook = (state: SeriesState): StateLook => named(looks[state]);
export const occurrenceStateLook = (state: Occurrence["state"]): StateLook => named(occurrenceLooks[state]);
