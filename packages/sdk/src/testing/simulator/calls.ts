/** What a call's handler knows of the connection it came on; Hono's context on Node is one. */
export interface ConnectedCall {
  env: { incoming: object };
}

/** Cuts the connection before the call is carried out: the fault `drop`. */
export function dropConnection({ env: { incoming } }: ConnectedCall): Promise<Response> {
  if ("socket" in incoming) (incoming.socket as { destroy(): void } | null)?.destroy();
  return neverAnswer();
}

/** Leaves the caller waiting: the fault `hang`. */
export function neverAnswer(): Promise<Response> {
  return new Promise(() => {});
}

/** The JSON object that a body is, or nothing if it is something else. */
export function readJsonObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
