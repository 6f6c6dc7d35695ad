import { afterEach } from "vitest";
import type { SealedPlugin } from "../../catalogue.ts";
import { recordingLogger } from "../../testing/plugins.ts";
import type { SandboxLimits } from "../limits.ts";
import { createSandbox, type Sandbox } from "../sandbox.ts";
import { INNOCENT } from "./hostile-plugins.ts";

/** The supervisor's times, short enough for a test. */
export const IMPATIENT: Partial<SandboxLimits> = { beatMs: 100, hangMs: 700, callMs: 1_500 };

/** Sandboxes that end with their test. */
export function useSandboxes() {
  const sandboxes: Sandbox[] = [];
  afterEach(async () => {
    for (const sandbox of sandboxes.splice(0)) await sandbox.close();
  });
  return (limits: Partial<SandboxLimits> = IMPATIENT) => {
    const disabled: { pluginId: string; reason: string }[] = [];
    const { logger, logs } = recordingLogger();
    const sandbox = createSandbox({ logger, limits });
    sandbox.onDisabled(({ pluginId, reason }) => void disabled.push({ pluginId, reason }));
    sandboxes.push(sandbox);
    return { sandbox, disabled, logs };
  };
}

export const inputWith = (settings: Record<string, string>, ...refs: string[]) => ({
  batchRef: "bat_1",
  messages: refs.map((ref) => ({ ref, address: "a", content: {}, variables: {} })),
  settings,
  now: 1_700_000_000_000,
  seed: "seed",
});

/** Calls a plugin without a pause, by several callers at once, until it is told to stop. */
export async function keepBusy(sandbox: Sandbox, pluginId: string) {
  const plugin = await sandbox.seal(pluginId, `${INNOCENT}\n// ${pluginId}`);
  let isOver = false;
  let callCount = 0;
  const failures: unknown[] = [];
  const callers = ["ten_a", "ten_b"].map(async (tenantId) => {
    while (!isOver && failures.length === 0) {
      callCount += 1;
      await judgeOne(plugin, tenantId, `${pluginId}-${callCount}`).catch((error) => failures.push(error));
    }
  });
  return {
    callCount: () => callCount,
    async stop() {
      isOver = true;
      await Promise.all(callers);
      return { callCount, failures };
    },
  };
}

async function judgeOne(plugin: SealedPlugin, tenantId: string, ref: string): Promise<void> {
  const { plan } = plugin.functionsFor(tenantId);
  const output = await plan(inputWith({ endpoint: tenantId }, ref));
  const [request, ...more] = output.requests;
  if (request?.url === `${tenantId}/${ref}` && more.length === 0) return;
  throw new Error(`another's answer: ${JSON.stringify(output)}`);
}
