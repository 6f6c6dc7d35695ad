import { pino } from "pino";

export type Logger = Pick<ReturnType<typeof pino>, "info" | "warn" | "error" | "debug" | "fatal">;

/** Paths that never reach a log line: credentials, and people's addresses and texts. */
const REDACTED = [
  "password",
  "secret",
  "secrets",
  "authorization",
  "cookie",
  "key",
  "token",
  "address",
  "addresses",
  "content",
  "variables",
  "body",
  "*.password",
  "*.secret",
  "*.secrets",
  "*.authorization",
  "*.cookie",
  "*.key",
  "*.token",
  "*.address",
  "*.addresses",
  "*.content",
  "*.variables",
  "*.body",
];

/** Structured logs on standard output. Errors are reduced to name, code, message and stack: no bound values. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: undefined,
    redact: { paths: REDACTED, censor: "[redacted]" },
    serializers: { err: describeError },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { code?: unknown };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name: error.name, code, message: withoutValues(error.message), stack: framesOf(error), ...cause };
}

/** The places only: a stack begins with the whole message, values included. */
export function framesOf(error: Error): string | undefined {
  const lines = error.stack?.replace(error.message, "").split("\n");
  return lines?.filter((line) => line.startsWith("    at ")).join("\n");
}

/** Drizzle puts the bound values behind the statement; they may be personal data. */
function withoutValues(message: string): string {
  return message.split("\nparams:")[0] ?? message;
}
