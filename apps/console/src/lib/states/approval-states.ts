import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import Cross from "@lucide/svelte/icons/circle-x";
import Hourglass from "@lucide/svelte/icons/hourglass";
import type { Component } from "svelte";
import { m } from "#messages";
import type { ApprovalRequest } from "../api/client.ts";
import type { Tone } from "../ui/feedback/tones.ts";
import type { StateLook } from "./delivery-states.ts";

export type ApprovalState = ApprovalRequest["state"];

const looks: Record<ApprovalState, { label: () => string; tone: Tone; icon: Component }> = {
  pending: { label: m.approvals_state_pending, tone: "warning", icon: Hourglass },
  approved: { label: m.approvals_state_approved, tone: "success", icon: Check },
  rejected: { label: m.approvals_state_rejected, tone: "error", icon: Cross },
  void: { label: m.approvals_state_void, tone: "neutral", icon: Ban },
};

export const APPROVAL_STATES = Object.keys(looks) as ApprovalState[];

export function approvalStateLook(state: ApprovalState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}
