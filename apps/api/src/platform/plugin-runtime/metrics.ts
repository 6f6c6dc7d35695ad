/** How a request ended: with an answer, or with one of the transport's errors. */
export type RequestOutcome = "answered" | "not_sent" | "blocked" | "ambiguous";

/** What the runtime counts; the composition wires it to the metrics endpoint. */
export interface PluginMetrics {
  /** One HTTP request of a pure plugin, or one batch of a native one. The duration excludes waiting for a slot. */
  requestFinished(sample: { pluginId: string; outcome: RequestOutcome; durationMs: number }): void;
}

export const noMetrics: PluginMetrics = { requestFinished: () => undefined };
