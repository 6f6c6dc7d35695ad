import { type ParseArgsConfig, parseArgs } from "node:util";

/** Exit codes: all is well, something is wrong with the plugin or what it met, the call itself is wrong. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Ends a command with a sentence for the person at the terminal. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

/** The command was called in a way that makes no sense. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Command {
  /** After the command's name: `<folder> [--json]`. */
  usage: string;
  /** One sentence. */
  summary: string;
  /** What `--help` says besides, one line an option. */
  help: string[];
  /** @returns the exit code */
  run(args: string[], terminal: Terminal): Promise<number>;
}

/** Where a command writes, and what it knows of its surroundings. */
export interface Terminal {
  print(line: string): void;
  warn(line: string): void;
  env: Record<string, string | undefined>;
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * The options and the arguments of a command.
 *
 * @throws {UsageError} for an option that it does not have, and for more or fewer arguments than it takes
 */
export function readArgs<const T extends Options>(
  args: string[],
  options: T,
  { least, most }: { least: number; most: number },
) {
  const { values, positionals } = parse(args, options);
  if (positionals.length < least) throw new UsageError("an argument is missing");
  if (positionals.length > most) throw new UsageError(`${positionals[most]} is one argument too many`);
  return { values, positionals };
}

function parse<const T extends Options>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {UsageError} for an option that is needed and not there */
export function requireOption(value: string | undefined, name: string): string {
  if (value === undefined) throw new UsageError(`--${name} is missing`);
  return value;
}
