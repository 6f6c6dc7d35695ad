import type { Callback } from "#lib/api/client.ts";
import { formatDuration } from "#lib/format/durations.ts";
import type { TimelineEvent } from "#lib/ui/layout/Timeline.svelte";
import { m } from "#messages";

type Attempt = Callback["attempts"][number];

/** Why a try did not count, where the receiver's status does not say it. */
const errors: Record<string, () => string | undefined> = {
  address_not_allowed: m.callbacks_error_not_allowed,
  unreachable: m.callbacks_error_unreachable,
  no_answer: m.callbacks_error_no_answer,
  redirected: m.callbacks_error_redirected,
  gone: m.callbacks_error_gone,
  events_forgotten: m.callbacks_error_forgotten,
  refused: () => undefined,
};

/** What came of a try: the receiver's answer, or why there was none. */
export function attemptText({ status, error }: Pick<Attempt, "status" | "error">): string {
  const answer = status === null ? undefined : m.callbacks_answer_status({ status });
  const reason = error === null ? undefined : reasonOf(error);
  return [answer, reason].filter(Boolean).join(" · ");
}

function reasonOf(error: string): string | undefined {
  return Object.hasOwn(errors, error) ? errors[error]?.() : error;
}

/** How long the receiver took. */
export const tookText = ({ durationMs }: Pick<Attempt, "durationMs">): string =>
  durationMs < 1_000 ? m.callbacks_took_ms({ ms: durationMs }) : formatDuration(durationMs / 1_000);

/** Whether the receiver took it. */
export const isReceived = ({ status }: Pick<Attempt, "status">): boolean =>
  status !== null && status >= 200 && status < 300;

/** What came of the latest try; undefined while there was none. */
export function latestAnswer({ attempts }: Pick<Callback, "attempts">): string | undefined {
  const latest = attempts.at(-1);
  return latest && attemptText(latest);
}

/** The tries as a timeline tells them, oldest first. */
export function tryEvents({ attempts }: Pick<Callback, "attempts">): TimelineEvent[] {
  return attempts.map((attempt, index) => ({
    id: String(index),
    at: attempt.at,
    tone: isReceived(attempt) ? "success" : "error",
    title: attemptText(attempt),
    text: m.callbacks_try_took({ duration: tookText(attempt) }),
  }));
}
