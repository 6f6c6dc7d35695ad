import { PackageRefused } from "../package/refused.ts";
import { type Command, CommandFailed, EXIT, type Terminal, UsageError } from "./command.ts";
import { newKeys } from "./keys.ts";
import { newPlugin } from "./plugin/new.ts";
import { pack } from "./plugin/pack.ts";
import { publish } from "./plugin/publish.ts";
import { sign } from "./plugin/sign.ts";
import { testPlugin } from "./plugin/test.ts";
import { addToRegistry, buildNewRegistry } from "./registry/build.ts";
import { verifyRegistry } from "./registry/verify.ts";

const COMMANDS: Record<string, Command> = {
  "plugin new": newPlugin,
  "plugin test": testPlugin,
  "plugin pack": pack,
  "plugin sign": sign,
  "plugin publish": publish,
  "keys new": newKeys,
  "registry build": buildNewRegistry,
  "registry add": addToRegistry,
  "registry verify": verifyRegistry,
};

const terminal: Terminal = {
  print: (line) => console.log(line),
  warn: (line) => console.error(line),
  env: process.env,
};

/**
 * The command line, `npx tidings`.
 *
 * @param args without the names of node and the program
 * @returns the exit code
 */
export async function main(args: string[], { print, warn, env }: Terminal = terminal): Promise<number> {
  const name = args.slice(0, 2).join(" ");
  const command = COMMANDS[name];
  if (!command) return showCommands(args, { print, warn, env });
  const rest = args.slice(2);
  if (rest.includes("--help") || rest.includes("-h")) {
    print(describe(name, command));
    return EXIT.ok;
  }
  try {
    return await command.run(rest, { print, warn, env });
  } catch (error) {
    return explain(error, name, command, warn);
  }
}

function explain(error: unknown, name: string, command: Command, warn: (line: string) => void): number {
  if (error instanceof UsageError) {
    warn(`${error.message}\n\n${describe(name, command)}`);
    return EXIT.usage;
  }
  if (error instanceof PackageRefused) {
    for (const { detail } of error.faults) warn(`✗ ${detail}`);
    return EXIT.failed;
  }
  if (error instanceof CommandFailed) {
    warn(error.message);
    return EXIT.failed;
  }
  throw error;
}

function showCommands(args: string[], { print, warn }: Terminal): number {
  const [group = ""] = args;
  const isHelp = args.length === 0 || args.includes("--help") || args.includes("-h") || group === "help";
  const shown = Object.entries(COMMANDS).filter(([name]) => name.startsWith(`${group} `));
  const listed = shown.length > 0 ? shown : Object.entries(COMMANDS);
  const lines = listed.map(([name, { summary }]) => `  tidings ${name.padEnd(16)} ${summary}`);
  if (isHelp || (shown.length > 0 && args.length === 1)) {
    print([...lines, "", "tidings <command> --help says more."].join("\n"));
    return EXIT.ok;
  }
  warn([`There is no command ${args.slice(0, 2).join(" ")}. These are there:`, "", ...lines].join("\n"));
  return EXIT.usage;
}

const describe = (name: string, { usage, summary, help }: Command): string =>
  [
    `tidings ${name} ${usage}`,
    "",
    summary,
    ...(help.length > 0 ? ["", ...help.map((line) => `  ${line}`)] : []),
  ].join("\n");
