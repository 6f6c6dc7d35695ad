/**
 * When a channel is not sent through for a while.
 *
 * Closed: it works. It opens when the vendor refuses the settings, when calls came to nothing five times in a row, or
 * when the vendor itself asks for a pause, and when the plugin cannot be run. Open: nothing is claimed for it, and what workers hold goes back untouched.
 * Half open: the time has come, and one batch of one chunk is sent as a probe. If the vendor takes it, or refuses only
 * the recipient, the circuit closes; otherwise it stays open for longer. New settings, or a test call that passes,
 * bring the probe forward to now.
 */
export const CIRCUIT_STATES = ["closed", "open", "half_open"] as const;
export type CircuitState = (typeof CIRCUIT_STATES)[number];

export const CIRCUIT_CAUSES = ["refused", "unreachable", "throttled"] as const;
export type CircuitCause = (typeof CIRCUIT_CAUSES)[number];

/** What a batch tells about its channel, beside what became of its deliveries. */
export type Observation =
  | { kind: "works" }
  | {
      kind: CircuitCause;
      code: string;
      detail: string;
      retryAfterMs: number;
      /** Known without a call: the plugin cannot be run. */
      isCertain?: boolean;
    };

/** Calls in a row that came to nothing before a channel is left alone. */
export const FAILURES_TO_OPEN = 5;

/** Refused settings are tried again this often, seconds: a bill may have been paid at the vendor's. */
const REFUSED_PAUSE_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 5;
const MAX_PAUSE_SECONDS = 60;

export const opens = (observation: Observation, failuresInARow: number): boolean =>
  observation.kind === "unreachable"
    ? observation.isCertain === true || failuresInARow >= FAILURES_TO_OPEN
    : observation.kind !== "works";

/** Seconds until the next probe, after so many that failed. */
export function probePauseSeconds(
  { kind, retryAfterMs }: Exclude<Observation, { kind: "works" }>,
  failedProbeCount: number,
): number {
  if (kind === "throttled") return retryAfterMs / 1000;
  if (kind === "refused") return REFUSED_PAUSE_SECONDS;
  return Math.min(FIRST_PAUSE_SECONDS * 2 ** failedProbeCount, MAX_PAUSE_SECONDS);
}

/** A vendor's short pauses are its daily business; what a person has to know of is written down. */
export const isNotable = (cause: CircuitCause | null): boolean => cause !== "throttled";
