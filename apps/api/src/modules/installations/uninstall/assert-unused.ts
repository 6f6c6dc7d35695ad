import type { RequestContext } from "../../../platform/context.ts";
import type { Tx } from "../../../platform/database/index.ts";
import { listUses } from "../../channels/index.ts";
import { listTemplatesFor } from "../../templates/index.ts";
import { pluginInUse } from "../installation.errors.ts";
import { describePackages, type InstallationRow } from "../installation.repository.ts";
import { listRunningSeries, listWaitingMessages, type NamedUse } from "./waiting-uses.repository.ts";

/** Of each kind that are named; who has dealt with them is told of the next. */
const MAX_NAMED = 20;
/** In one sentence. */
const MAX_IN_DETAIL = 5;

/** Throws 409 that names what would miss the plugin, each with its id. */
export async function assertUnused(
  tx: Tx,
  { tenantId }: RequestContext,
  installation: InstallationRow,
  plugins: readonly { manifest: { id: string; kind: string } }[],
): Promise<void> {
  const { pluginId } = installation;
  const { channels, policies } = await listUses(tx, tenantId, pluginId);
  const channelIds = channels.map(({ id }) => id);
  const errors = [
    ...usesOf("channel", channels),
    ...usesOf("policy", policies),
    ...usesOf("series", await listRunningSeries(tx, tenantId, channelIds, MAX_NAMED)),
    ...usesOf("message", await listWaitingMessages(tx, tenantId, channelIds, MAX_NAMED)),
    ...usesOf("template", await listTemplatesOf(tx, installation, plugins)),
  ];
  if (errors.length === 0) return;
  const named = errors.slice(0, MAX_IN_DETAIL).map(({ params }) => `"${params.name}"`);
  const more = errors.length > MAX_IN_DETAIL ? " and others" : "";
  throw pluginInUse(`${pluginId} is used by ${named.join(", ")}${more}; delete or change that first.`, {
    errors,
  });
}

const usesOf = (kind: string, uses: readonly NamedUse[]) =>
  uses.slice(0, MAX_NAMED).map(({ id, name }) => ({
    pointer: "",
    detail: `The ${kind} "${name}" uses it.`,
    code: `used_by_${kind}`,
    params: { id, name },
  }));

/** A template uses a plugin when no other one serves the kind that it is written for. */
async function listTemplatesOf(
  tx: Tx,
  { tenantId, pluginId, sha256 }: InstallationRow,
  plugins: readonly { manifest: { id: string; kind: string } }[],
): Promise<NamedUse[]> {
  // Not from the package itself: one that is damaged can be uninstalled too.
  const kind = String((await describePackages(tx, [sha256])).get(sha256)?.manifest.kind);
  const isOnlyOne = plugins.every(({ manifest }) => manifest.id === pluginId || manifest.kind !== kind);
  return isOnlyOne ? listTemplatesFor(tx, tenantId, kind) : [];
}
