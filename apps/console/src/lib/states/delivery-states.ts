import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import Hourglass from "@lucide/svelte/icons/circle-dashed";
import Minus from "@lucide/svelte/icons/circle-minus";
import Question from "@lucide/svelte/icons/circle-question-mark";
import Cross from "@lucide/svelte/icons/circle-x";
import Clock from "@lucide/svelte/icons/clock";
import Send from "@lucide/svelte/icons/send";
import Expired from "@lucide/svelte/icons/timer-off";
import Undo from "@lucide/svelte/icons/undo-2";
import type { Component } from "svelte";
import { m } from "#messages";
import type { Tone } from "../ui/feedback/tones.ts";

/** How a state looks and reads; spread it on a `StateBadge`. */
export interface StateLook {
  label: string;
  tone: Tone;
  icon?: Component;
}

type Looks = Record<string, { label: () => string; tone: Tone; icon: Component }>;

const looks = {
  ready: { label: m.delivery_ready, tone: "neutral", icon: Hourglass },
  sending: { label: m.delivery_sending, tone: "info", icon: Send },
  accepted: { label: m.delivery_accepted, tone: "info", icon: Clock },
  delivered: { label: m.delivery_delivered, tone: "success", icon: Check },
  undelivered: { label: m.delivery_undelivered, tone: "warning", icon: Minus },
  failed: { label: m.delivery_failed, tone: "error", icon: Cross },
  unknown: { label: m.delivery_unknown, tone: "neutral", icon: Question },
  suppressed: { label: m.delivery_suppressed, tone: "warning", icon: Ban },
  cancelled: { label: m.delivery_cancelled, tone: "neutral", icon: Minus },
  expired: { label: m.delivery_expired, tone: "warning", icon: Expired },
  recalled: { label: m.delivery_recalled, tone: "neutral", icon: Undo },
} satisfies Looks;

export type DeliveryState = keyof typeof looks;

export const DELIVERY_STATES = Object.keys(looks) as DeliveryState[];

export function deliveryStateLook(state: DeliveryState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
