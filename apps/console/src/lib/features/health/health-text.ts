import Degraded from "@lucide/svelte/icons/circle-alert";
import Well from "@lucide/svelte/icons/circle-check";
import Hung from "@lucide/svelte/icons/circle-x";
import Silent from "@lucide/svelte/icons/unplug";
import type { Component } from "svelte";
import type { StateLook } from "#lib/states/delivery-states.ts";
import type { Tone } from "#lib/ui/feedback/tones.ts";
import { m } from "#messages";
import type { LedgerKind, Process, ProcessState } from "./troubles.ts";

const kinds: Record<LedgerKind, () => string> = {
  chunk_rows: m.health_kind_chunk_rows,
  chunk_overlap: m.health_kind_chunk_overlap,
  stranded: m.health_kind_stranded,
  open_chunk: m.health_kind_open_chunk,
  lost_lease: m.health_kind_lost_lease,
  counts: m.health_kind_counts,
};

/** What holds where nothing of the kind was found. */
export const ledgerKindText = (kind: LedgerKind): string => kinds[kind]();

const roles: Record<Process["role"], () => string> = {
  all: m.health_role_all,
  api: m.health_role_api,
  worker: m.health_role_worker,
};

export const roleText = (role: Process["role"]): string => roles[role]();

export const queueText = (backend: Process["queueBackend"]): string =>
  backend === "redis" ? m.health_queue_redis() : m.health_queue_postgres();

const looks: Record<ProcessState, { label: () => string; tone: Tone; icon: Component }> = {
  well: { label: m.health_process_well, tone: "success", icon: Well },
  degraded: { label: m.health_process_degraded, tone: "warning", icon: Degraded },
  hung: { label: m.health_process_hung, tone: "error", icon: Hung },
  silent: { label: m.health_process_silent, tone: "neutral", icon: Silent },
};

export function processStateLook(state: ProcessState): StateLook {
  const { label, ...look } = looks[state];
  return { ...look, label: label() };
}

const losses: Record<string, () => string> = {
  hung: m.health_loss_hung,
  died: m.health_loss_died,
  memory: m.health_loss_memory,
};

export const lossText = (reason: string): string => losses[reason]?.() ?? reason;
