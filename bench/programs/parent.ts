/** The program's side of a conversation with the bench: settings come as JSON, answers go over the IPC channel. */
export function readSettings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? "{}") as Settings;
}

export function tell(message: object): void {
  process.send?.(message);
}

/** Answers each question of the bench, one after the other. */
export function answer(respond: (question: string) => object | Promise<object>): void {
  process.on("message", async (question) => tell(await respond(String(question))));
}
