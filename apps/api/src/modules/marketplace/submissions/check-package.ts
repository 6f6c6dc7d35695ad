import {
  conformanceInputOf,
  type Fault,
  FaultError,
  type Grants,
  gradeOf,
  grantsOf,
  type PluginPackage,
  type ScanFinding,
  scanCode,
  widening,
  within,
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
import { marketplaceFault, marketplacePlace } from "../marketplace-faults.ts";
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
      ...findManifestFaults(manifest).map(within("in_file", { path: "channel.json" })),
      ...refused.map(faultOfFinding),
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
  faults: Fault[];
}

async function tryOut(deps: CheckPackageDeps, plugin: PluginPackage): Promise<Trial> {
  const sandbox = deps.openSandbox();
  try {
    const { exports, functionsFor } = await sandbox.seal(plugin.manifest.id, plugin.code);
    if (!exports.includes("plan") || !exports.includes("settle")) {
      return { conformance: null, faults: [marketplaceFault("functions_missing")] };
    }
    const limited = withinLimit(functionsFor(SCOPE), sandbox, deps.limitMs ?? CHECK_LIMIT_MS);
    const conformance = await checkConformance(conformanceInputOf(plugin, limited.functions));
    return { conformance, faults: [...limited.faults(), ...brokenPromises(conformance)] };
  } catch (error) {
    const fault = faultOf(error, sandbox);
    if (fault === undefined) throw error;
    return { conformance: null, faults: [marketplacePlace("in_loading")(fault)] };
  } finally {
    await sandbox.close();
  }
}

/** Why the code could not even be loaded; undefined where that may not be its own fault. */
function faultOf(error: unknown, sandbox: Sandbox): Fault | undefined {
  const fault = excessOf("plugin.js", error, sandbox);
  if (fault || !(error instanceof PluginFault)) return fault;
  return marketplaceFault("code_not_loadable", { error: error.message });
}

/**
 * What a function took more of than it may. The sandbox holds this package alone: if one has been lost, or the package was
 * struck, nobody else is to blame.
 */
function excessOf(name: string, error: unknown, sandbox: Sandbox): Fault | undefined {
  if (error instanceof PluginFault) {
    return error.overrun && marketplaceFault(`overrun_${error.overrun}`, { name });
  }
  const { losses, strikes } = sandbox.counts();
  const isToBlame = losses.length > 0 || strikes.length > 0;
  return error instanceof PluginUnavailable && isToBlame ? marketplaceFault("plugin_too_greedy") : undefined;
}

const faultOfFinding = ({ code, params, at, detail, line }: ScanFinding): Fault =>
  within("in_line", { path: "plugin.js", line })({ code, params, at, detail });

/** What exactly is wrong stands with each check. */
const brokenPromises = ({ checks }: ConformanceReport): Fault[] =>
  checks
    .filter(({ ok }) => !ok)
    .map(({ name, words }) => marketplaceFault("promise_broken", { check: name, ...words }));

/** The functions, until the time is over: then they throw, and the checks come to their end. */
function withinLimit(functions: PureFunctions, sandbox: Sandbox, limitMs: number) {
  const endsAt = performance.now() + limitMs;
  const tooLong = marketplaceFault("checks_too_long", { seconds: limitMs / 1_000 });
  let isOver = false;
  const guarded = Object.entries(functions).map(([name, run]) => [
    name,
    async (input: unknown) => {
      isOver ||= performance.now() > endsAt;
      if (isOver) throw new FaultError(tooLong);
      try {
        return await (run as (value: unknown) => unknown)(input);
      } catch (error) {
        const fault = excessOf(name, error, sandbox);
        throw fault ? new FaultError(fault) : error;
      }
    },
  ]);
  return {
    functions: Object.fromEntries(guarded) as PureFunctions,
    faults: () => (isOver ? [tooLong] : []),
  };
}
