import { createRequire } from "node:module";
import type { Logger } from "../../logger.ts";
import type { PureFunctions, Sealer } from "../catalogue.ts";
import { PluginFault } from "../execution/plugin-fault.ts";
import { type Answer, type Bundle, bundleOf, type Overrun } from "./bundle.ts";
import { DEFAULT_LIMITS, type SandboxLimits } from "./limits.ts";
import { startSandboxProcess } from "./process/sandbox-process.ts";
import { type SandboxCounts, SandboxReport } from "./sandbox-report.ts";
import { type SandboxEvents, Supervisor } from "./supervision/supervisor.ts";

const FUNCTIONS = ["plan", "settle", "parseReceipt", "verify", "query", "recall", "syncTemplates"] as const;
/** What the surroundings of a plugin answer with the names of its functions. */
const EXPORTS = "exports";
/** A tenant's id has another form, so that this isolate is nobody's. */
const INSPECTION = "inspection";

const OVERRUNS: Record<Overrun, string> = {
  output: "gave more than it may",
  time: "took too long",
  no_answer: "gave no answer",
};

/**
 * Runs pure plugins where there is no network, no secret, no file and no other tenant, and where whoever takes too much
 * time or memory is found out and disabled. Plugins come and go by their code, at any time.
 */
export interface Sandbox extends Sealer {
  /** False where the program that it needs, which is optional, was not installed: nothing sealed runs here. */
  readonly isInstalled: boolean;
  counts(): SandboxCounts;
  /** Has somebody told of every plugin that is disabled from now on. */
  onDisabled(listener: SandboxEvents["disabled"]): void;
  /** Code that was disabled may run again. */
  pardon(hash: string): void;
  close(): Promise<void>;
}

export interface SandboxDeps {
  logger: Logger;
  limits?: Partial<SandboxLimits>;
}

/** Starts nothing yet: the first plugin that is sealed does. */
export function createSandbox({ logger, limits: own }: SandboxDeps): Sandbox {
  const limits = { ...DEFAULT_LIMITS, ...own };
  const report = new SandboxReport(logger);
  const supervisor = new Supervisor({
    start: () => startSandboxProcess(limits),
    limits,
    events: report,
  });

  async function run(bundle: Bundle, scope: string, name: string, value: unknown): Promise<unknown> {
    const input = Buffer.from(JSON.stringify(value));
    if (input.length > limits.inputBytes) {
      throw new PluginFault(`the input of ${name} has more than ${limits.inputBytes} bytes`);
    }
    return readOutput(name, await supervisor.call({ bundle, scope, name, input }));
  }

  return {
    async seal(pluginId, code, firstFor = INSPECTION) {
      if (Buffer.byteLength(code) > limits.bundleBytes) {
        throw new PluginFault(`its code has more than ${limits.bundleBytes} bytes`);
      }
      const bundle = bundleOf(pluginId, code);
      const names = await run(bundle, firstFor, EXPORTS, {});
      const exports = FUNCTIONS.filter((name) => Array.isArray(names) && names.includes(name));
      return {
        hash: bundle.hash,
        exports,
        functionsFor: (tenantId) =>
          Object.fromEntries(
            exports.map((name) => [name, (input: unknown) => run(bundle, tenantId, name, input)]),
          ) as unknown as PureFunctions,
      };
    },
    isInstalled: hasProgram(),
    counts: () => report.counts(),
    onDisabled: (listener) => report.onDisabled(listener),
    pardon(hash) {
      supervisor.pardon(hash);
      report.pardoned(hash);
    },
    close: () => supervisor.close(),
  };
}

function hasProgram(): boolean {
  try {
    createRequire(import.meta.url).resolve("miniflare");
    return true;
  } catch {
    return false;
  }
}

function readOutput(name: string, answer: Answer): unknown {
  if (answer.kind === "overrun") {
    throw new PluginFault(`${name} ${OVERRUNS[answer.overrun]}`, answer.overrun);
  }
  if (answer.kind === "threw") throw foreignError(answer);
  try {
    return JSON.parse(answer.text);
  } catch {
    throw new PluginFault(`${name} gave no JSON`);
  }
}

/** As the plugin threw it, but for the message, which has stayed behind. */
function foreignError({ name, frames }: { name: string; frames: string[] }): Error {
  const error = new Error();
  error.name = name;
  error.stack = frames.join("\n");
  return error;
}
