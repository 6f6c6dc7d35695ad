import { createContext, Script } from "node:vm";

/** How long one text may be held against one pattern, milliseconds. */
const TIME_LIMIT_MS = 200;
/** A clock on the wall counts what the machine did meanwhile: what is endless is so every time. */
const TRIES = 3;

const context = createContext({ pattern: /x/, text: "" });
const script = new Script("pattern.test(text)");

/** A text took too long to be held against a pattern. */
export class SlowPattern extends Error {
  readonly pattern: string;
  readonly limitMs = TIME_LIMIT_MS;

  constructor(pattern: string) {
    super(`the pattern takes longer than ${TIME_LIMIT_MS} ms`);
    this.pattern = pattern;
  }
}

/**
 * A pattern that somebody else wrote. Some patterns take years for a short text, and the engine can only be stopped from
 * outside.
 */
export function boundedPattern(source: string, flags: string) {
  const pattern = new RegExp(source, flags);
  return {
    /** By this the compiler of schemas tells patterns apart. */
    toString: () => String(pattern),
    /** @throws {SlowPattern} for a text that takes too long */
    test(text: string): boolean {
      for (let tried = 0; tried < TRIES; tried += 1) {
        Object.assign(context, { pattern, text });
        try {
          return Boolean(script.runInContext(context, { timeout: TIME_LIMIT_MS }));
        } catch {
          // Once more: this may have been the machine's doing.
        }
      }
      throw new SlowPattern(source.slice(0, 100));
    },
  };
}
