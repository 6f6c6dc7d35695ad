import type { LoadReport } from "../programs/packages.ts";
import type { Limit } from "../rounds.ts";
import { heldMegabytes } from "../scratch/memory.ts";
import { type Program, startProgram } from "../scratch/process.ts";
import { workerdOf } from "../scratch/processes.ts";

/** Plugins of tenants' that share a sandbox process. */
const LOADED = 100;
/** Further ones, whose loading is measured; isolates of all of them fit into one process. */
const MEASURED = 40;

/** From the first call of a package that no call has needed yet to its answer, beside a hundred that are loaded. */
export function pluginLoadRow(): Limit {
  return {
    name: "plugin-load",
    title: `First call of an installed plugin with ${LOADED} others loaded, 95th percentile`,
    unit: "ms",
    target: 50,
    atMost: true,
    measure: () =>
      withPackages(async (packages) => {
        await load(packages, LOADED);
        const sandbox = workerdOf(packages.pid);
        const tookMs = (await load(packages, MEASURED)).sort((a, b) => a - b);
        if (sandbox === undefined || workerdOf(packages.pid) !== sandbox) {
          throw new Error("void: the sandbox process was replaced while it was measured");
        }
        const at = (share: number) => tookMs[Math.floor(tookMs.length * share)] ?? 0;
        return { value: at(0.95), note: `p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms` };
      }),
  };
}

/** What the sandbox process grows by while a hundred plugins are loaded and called ÷ a hundred. */
export function pluginMemoryRow(): Limit {
  return {
    name: "plugin-memory",
    title: `Memory of the sandbox process a plugin, over ${LOADED} of them`,
    unit: "MB",
    target: 3,
    atMost: true,
    rounds: 1,
    measure: () =>
      withPackages(async (packages) => {
        // The first one brings what is there for all.
        await load(packages, 1);
        const sandbox = workerdOf(packages.pid) ?? 0;
        const before = heldMegabytes(sandbox);
        await load(packages, LOADED);
        const after = heldMegabytes(sandbox);
        if (before === undefined || after === undefined) {
          throw new Error("void: this system does not tell how much memory was used, or the process is gone");
        }
        const note = `from ${before.toFixed(0)} to ${after.toFixed(0)} MB`;
        return { value: (after - before) / LOADED, note };
      }),
  };
}

async function withPackages<T>(work: (packages: Program) => Promise<T>): Promise<T> {
  const packages = await startProgram("programs/packages.ts", { count: LOADED + MEASURED });
  try {
    return await work(packages);
  } finally {
    await packages.stop();
  }
}

/** Loads so many more, one after the other; what is returned is how long each took, ms. */
async function load(packages: Program, count: number): Promise<number[]> {
  const took: number[] = [];
  while (took.length < count) took.push((await packages.ask<LoadReport>("load")).tookMs);
  return took;
}
