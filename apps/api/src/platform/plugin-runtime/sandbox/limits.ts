/** What a sealed plugin may take, and how its supervisor watches it. */
export interface SandboxLimits {
  /** A plugin's code, bytes. */
  bundleBytes: number;
  /** The input of one call as JSON, bytes. */
  inputBytes: number;
  /** The output of one call as JSON, bytes; the plugin's surroundings have a limit of their own in call.mjs. */
  outputBytes: number;
  /** From the beginning of a call to its answer, while the process is alive. */
  callMs: number;
  /** Between two heartbeats. */
  beatMs: number;
  /** A process that leaves a heartbeat unanswered for so long is killed: one call holds its only thread. */
  hangMs: number;
  /** From starting a process to its word that it listens. */
  startMs: number;
  /** After a process could not be started, for so long nobody tries again. */
  startPauseMs: number;
  /** From the wish for a call to its end, over all repetitions; then it is given up. */
  patienceMs: number;
  /** Memory of a process, at its peak, from which on it is replaced. */
  peakBytes: number;
  /** Memory that the system gives a process at most. */
  dataBytes: number;
  /** Isolates of a process, one a plugin and tenant, after which it is replaced: they are never evicted. */
  isolateCount: number;
  /** Calls of one plugin, and of all, that are in a process at once. */
  atOnce: { perPlugin: number; inAll: number };
  /** Strikes after which a plugin is disabled. */
  strikeCount: number;
  /** A suspicion or strike is forgotten when nothing has joined it for so long. */
  forgetMs: number;
}

const MIB = 1024 * 1024;

/**
 * The times are long because a busy machine is slow too: a process that is killed for nothing costs half a second, a
 * plugin that is disabled for nothing costs a channel.
 */
export const DEFAULT_LIMITS: SandboxLimits = {
  bundleBytes: MIB,
  inputBytes: 32 * MIB,
  outputBytes: 32 * MIB,
  callMs: 10_000,
  beatMs: 500,
  hangMs: 3_000,
  startMs: 15_000,
  startPauseMs: 10_000,
  patienceMs: 25_000,
  peakBytes: 640 * MIB,
  // A third goes to threads and reservations; workerd does not start with half a gibibyte.
  dataBytes: 1536 * MIB,
  isolateCount: 200,
  atOnce: { perPlugin: 4, inAll: 8 },
  strikeCount: 2,
  forgetMs: 3_600_000,
};
