import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import Cross from "@lucide/svelte/icons/circle-x";
import Clock from "@lucide/svelte/icons/clock";
import Hourglass from "@lucide/svelte/icons/hourglass";
import Pause from "@lucide/svelte/icons/pause";
import Send from "@lucide/svelte/icons/send";
import TimerOff from "@lucide/svelte/icons/timer-off";
import Users from "@lucide/svelte/icons/users";
import type { Component } from "svelte";
import { m } from "#messages";
import type { Message } from "../api/client.ts";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type MessageState = Message["state"];

const looks: Record<MessageState, { label: () => string; tone: Tone; icon: Component }> = {
  pending_approval: { label: m.messages_state_pending_approval, tone: "warning", icon: Hourglass },
  rejected: { label: m.messages_state_rejected, tone: "error", icon: Cross },
  scheduled: { label: m.messages_state_scheduled, tone: "info", icon: Clock },
  expanding: { label: m.messages_state_expanding, tone: "info", icon: Users },
  sending: { label: m.messages_state_sending, tone: "info", icon: Send },
  paused: { label: m.messages_state_paused, tone: "warning", icon: Pause },
  completed: { label: m.messages_state_completed, tone: "success", icon: Check },
  cancelled: { label: m.messages_state_cancelled, tone: "neutral", icon: Ban },
  expired: { label: m.messages_state_expired, tone: "error", icon: TimerOff },
};

export const MESSAGE_STATES = Object.keys(looks) as MessageState[];

export function messageStateLook(state: MessageState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
