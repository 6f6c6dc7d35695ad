import { symbols } from "pino";
import { createLogger, type Logger } from "../../src/platform/logger.ts";

export interface CapturedLog {
  logger: Logger;
  /** Every line, as it would have gone to standard output. */
  lines: string[];
  /** The messages of the lines. */
  messages(): Set<string>;
}

/** The application's own logger at its most talkative, writing into memory. */
export function captureLog(): CapturedLog {
  const lines: string[] = [];
  const logger = createLogger("debug");
  Object.assign(logger, { [symbols.streamSym]: { write: (line: string) => void lines.push(line) } });
  const messageOf = (line: string) => (JSON.parse(line) as { msg: string }).msg;
  return { logger, lines, messages: () => new Set(lines.map(messageOf)) };
}
