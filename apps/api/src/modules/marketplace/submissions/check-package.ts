import {
  conformanceInputOf,
  type Grants,
  gradeOf,
  grantsOf,
  type PluginPackage,
  scanCode,
  widening,
} from "@tidings/sdk/package";
import { PROTOCOL_VERSION, type PureFunctions } from "@tidings/sdk/plugin";
import { type ConformanceReport, checkConformance } from "@tidings/sdk/testing";
import type { Clock } from "../../../platform/clock.ts";
import {
  findManifestFaults,
  PluginFault,
  PluginUnavailable,
  type Sandbox,
} from "../../../platform/plugin-runtime/index.ts";
import type { CheckReport } from "./check-report.ts";

/** From loading a package to its last check. A sound one takes a second. */
const CHECK_LIMIT_MS = 120_000;
/** No tenant's: what it remembers, no channel's calls find. */
const SCOPE = "checks";
const NOTHING: Grants = { hosts: [], settingsHosts: [], secrets: [], abilities: [] };

export interface CheckPackageDeps {
  /** A sandbox for one package: what a hostile one does to it, it does to nobody else's calls. */
  openSandbox(): Sandbox;
  clock: Clock;
  /** How long one package may take, milliseconds. */
  limitMs?: number;
}

export type CheckPackage = (
  plugin: PluginPackage,
  before: { version: string; sha256: string; grants: Grants } | undefined,
) => Promise<CheckReport>;

/**
 * Tries a package: its promises in the sandbox, a look at its code, what it asks for beyond the version before. Rejects
 * with PluginUnavailable where there is no sandbox: then nothing is known, and it has to be tried again.
 */
export function createCheckPackage(deps: CheckPackageDeps): CheckPackage {
  return async (plugin, before) => {
    const { manifest, code } = plugin;
    const findings = scanCode(code, manifest);
    const refused = findings.filter(({ severity }) => severity === "refused");
    const faults = [
      ...findManifestFaults(manifest).map((fault) => `channel.json: ${fault}`),
      ...refused.map(({ line, detail }) => `plugin.js, line ${line}: ${detail}`),
    ];
    // What is refused by its looks is not run.
    const trial = faults.length > 0 ? { conformance: null, faults } : await tryOut(deps, plugin);
    const grants = grantsOf(manifest);
    return {
      protocol: PROTOCOL_VERSION,
      checkedAt: deps.clock.now().toISOString(),
      grade: trial.conformance && trial.faults.length === 0 ? gradeOf(trial.conformance) : null,
      faults: trial.faults,
      conformance: trial.conformance,
      findings,
      grants,
      before: before ? { version: before.version, sha256: before.sha256 } : null,
      widening: widening(before?.grants ?? NOTHING, grants),
    };
  };
}

interface Trial {
  conformance: ConformanceReport | null;
  faults: string[];
}

async function tryOut(deps: CheckPackageDeps, plugin: PluginPackage): Promise<Trial> {
  const sandbox = deps.openSandbox();
  try {
    const { exports, functionsFor } = await sandbox.seal(plugin.manifest.id, plugin.code);
    if (!exports.includes("plan") || !exports.includes("settle")) {
      return { conformance: null, faults: ["plugin.js does not export plan and settle"] };
    }
    const limited = withinLimit(functionsFor(SCOPE), deps.limitMs ?? CHECK_LIMIT_MS);
    const conformance = await checkConformance(conformanceInputOf(plugin, limited.functions));
    return { conformance, faults: [...limited.faults(), ...brokenPromises(conformance)] };
  } catch (error) {
    const fault = faultOf(error, sandbox);
    if (fault === undefined) throw error;
    return { conformance: null, faults: [`plugin.js cannot be loaded: ${fault}`] };
  } finally {
    await sandbox.close();
  }
}

/** The sandbox holds this package alone: if one has been lost, or the package was struck, nobody else is to blame. */
function faultOf(error: unknown, sandbox: Sandbox): string | undefined {
  if (error instanceof PluginFault) return error.message;
  const { losses, strikes } = sandbox.counts();
  const isToBlame = losses.length > 0 || strikes.length > 0;
  return error instanceof PluginUnavailable && isToBlame
    ? "it takes more time or memory than it may"
    : undefined;
}

const brokenPromises = ({ checks }: ConformanceReport) =>
  checks.flatMap(({ name, ok, problems }) => (ok ? [] : [`${name}: ${problems.join("; ")}`]));

/** The functions, until the time is over: then they throw, and the checks come to their end. */
function withinLimit(functions: PureFunctions, limitMs: number) {
  const endsAt = performance.now() + limitMs;
  let isOver = false;
  const guarded = Object.entries(functions).map(([name, run]) => [
    name,
    async (input: unknown) => {
      isOver ||= performance.now() > endsAt;
      if (isOver) throw new Error("the time for the checks is over");
      return (run as (value: unknown) => unknown)(input);
    },
  ]);
  return {
    functions: Object.fromEntries(guarded) as PureFunctions,
    faults: () => (isOver ? [`The checks took longer than ${limitMs / 1_000} seconds.`] : []),
  };
}
