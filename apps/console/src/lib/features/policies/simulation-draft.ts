import type { ChannelScript, PolicySimulation, PolicyStep } from "#lib/api/client.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { m } from "#messages";

/** What may become of the imagined user on a channel. */
export const FATES = ["silent", "delivered", "read", "undelivered", "failed", "no_address"] as const;
export type Fate = (typeof FATES)[number];

export interface ScriptDraft {
  fate: Fate;
  /** Until the receipt, from the vendor's acceptance. */
  afterSeconds: number | undefined;
  /** Until the vendor's answer. */
  queuedSeconds: number | undefined;
}

export const MAX_SECONDS = 30 * 86_400;

export const newScript = (): ScriptDraft => ({ fate: "silent", afterSeconds: 60, queuedSeconds: 0 });

export const hasReceipt = (fate: Fate): boolean =>
  fate === "delivered" || fate === "read" || fate === "undelivered";

/** What is wrong with the times of a channel, by field. */
export const scriptErrors = (channelId: string, script: ScriptDraft): FieldErrors => ({
  [`simulation/${channelId}/after`]: hasReceipt(script.fate) ? secondsFault(script.afterSeconds) : undefined,
  [`simulation/${channelId}/queued`]:
    script.fate === "no_address" ? undefined : secondsFault(script.queuedSeconds),
});

function secondsFault(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return m.field_required();
  if (!Number.isInteger(seconds)) return m.field_integer();
  if (seconds < 0) return m.field_minimum({ minimum: 0 });
  return seconds > MAX_SECONDS ? m.field_maximum({ maximum: MAX_SECONDS }) : undefined;
}

export const fateText: Record<Fate, () => string> = {
  silent: m.policies_fate_silent,
  delivered: m.policies_fate_delivered,
  read: m.policies_fate_read,
  undelivered: m.policies_fate_undelivered,
  failed: m.policies_fate_failed,
  no_address: m.policies_fate_no_address,
};

/** The channels of all steps, each once. */
export const channelsOf = (steps: readonly PolicyStep[]): string[] => [
  ...new Set(steps.flatMap(({ channelIds }) => channelIds)),
];

export function sentScript(
  channelId: string,
  { fate, afterSeconds, queuedSeconds }: ScriptDraft,
): ChannelScript {
  const after = afterSeconds ?? 0;
  const queued = { channelId, acceptedAfterSeconds: queuedSeconds ?? 0 };
  switch (fate) {
    case "no_address":
      return { channelId, noAddress: true };
    case "failed":
      return { ...queued, failedWith: "rejected" };
    case "delivered":
      return { ...queued, deliveredAfterSeconds: after };
    case "undelivered":
      return { ...queued, undeliveredAfterSeconds: after };
    case "read":
      return { ...queued, readAfterSeconds: after };
    case "silent":
      return queued;
  }
}

type SimulationEvent = PolicySimulation["timeline"][number];

const because = {
  no_address: m.policies_because_no_address,
  quiet_hours: m.policies_because_quiet_hours,
  failed: m.policies_because_failed,
  undelivered: m.policies_because_undelivered,
  unread: m.policies_because_unread,
};

/** What happened, in a sentence. */
export function eventText(
  event: SimulationEvent,
  channelName: (id: string) => string,
  until: string,
): string {
  const channel = event.channelId === null ? "" : channelName(event.channelId);
  const number = event.step + 1;
  if (event.kind === "step_started") {
    return event.because
      ? m.policies_event_fallback({ number, reason: because[event.because]() })
      : m.policies_event_started({ number });
  }
  const texts: Record<Exclude<SimulationEvent["kind"], "step_started">, () => string> = {
    no_address: () => m.policies_event_no_address({ channel }),
    deferred: () => m.policies_event_deferred({ channel, until }),
    suppressed: () => m.policies_event_suppressed({ channel }),
    accepted: () => m.policies_event_accepted({ channel }),
    failed: () => m.policies_event_failed({ channel }),
    delivered: () => m.policies_event_delivered({ channel }),
    undelivered: () => m.policies_event_undelivered({ channel }),
    read: () => m.policies_event_read({ channel }),
    clicked: () => m.policies_event_clicked({ channel }),
    waiting: () => m.policies_event_waiting({ until }),
    step_skipped: () =>
      event.because === "quiet_hours"
        ? m.policies_event_skipped_quiet({ number })
        : m.policies_event_skipped({ number }),
    cancelled: () => m.policies_event_cancelled({ channel }),
    wasted: () => m.policies_event_wasted({ number }),
    satisfied: () => m.policies_event_satisfied({ number }),
    exhausted: () => m.policies_event_exhausted(),
  };
  return texts[event.kind]();
}
