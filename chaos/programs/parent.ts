/** A program's side of a conversation with the harness: settings come as JSON, orders over the IPC channel. */
export function readSettings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? "{}") as Settings;
}

export function tell(message: object): void {
  process.send?.(message);
}

export function obey(carryOut: (order: Record<string, unknown>) => object | undefined): void {
  process.on("message", (order) => {
    const answer = carryOut(order as Record<string, unknown>);
    if (answer) tell(answer);
  });
  // The harness has gone: so has the reason to run.
  process.once("disconnect", () => process.exit(0));
}
