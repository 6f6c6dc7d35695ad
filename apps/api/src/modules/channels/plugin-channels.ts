import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import type { FieldProblem } from "../../platform/errors.ts";
import type { LoadedPlugin, Obstacle } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { listChannelsOf, listPoliciesUsing } from "./channel.repository.ts";
import { checkForm } from "./channel.rules.ts";
import { tryAgain, type WakeRetries } from "./channel.service.ts";
import { lockCircuit, openCircuit } from "./circuit.repository.ts";
import { probePauseSeconds } from "./circuit.rules.ts";

/** A channel whose settings another version of its plugin would not take. */
export interface UnfitChannel {
  id: string;
  code: string;
  name: string;
  problems: FieldProblem[];
}

/** The channels of a plugin that could not go on with another version of it. Secrets nobody can read here pass. */
export async function listUnfitChannels(
  tx: Tx,
  tenantId: string,
  plugin: LoadedPlugin,
): Promise<UnfitChannel[]> {
  const channels = await listChannelsOf(tx, tenantId, plugin.manifest.id);
  return channels
    .map(({ id, code, name, settings, secrets }) => {
      const kept = secrets.map(({ field }) => field).filter((field) => plugin.secretFields.includes(field));
      return { id, code, name, problems: checkForm(plugin, { settings, secrets: {} }, kept) };
    })
    .filter(({ problems }) => problems.length > 0);
}

/** What a tenant uses a plugin for: its channels, and the active policies that send through them. */
export async function listUses(
  tx: Tx,
  tenantId: string,
  pluginId: string,
): Promise<{ channels: { id: string; name: string }[]; policies: { id: string; name: string }[] }> {
  const channels = await listChannelsOf(tx, tenantId, pluginId);
  const policies = new Map<string, { id: string; name: string }>();
  for (const channel of channels) {
    for (const policy of await listPoliciesUsing(tx, tenantId, channel.id)) policies.set(policy.id, policy);
  }
  return { channels: channels.map(({ id, name }) => ({ id, name })), policies: [...policies.values()] };
}

/** Stops sending through the channels of a plugin that cannot be run; the reason is shown with each of them. */
export async function pauseChannelsOf(
  tx: Tx,
  ctx: RequestContext,
  pluginId: string,
  { code, detail }: Obstacle,
): Promise<void> {
  for (const { id, revision } of await listChannelsOf(tx, ctx.tenantId, pluginId)) {
    const channel = { tenantId: ctx.tenantId, id, revision };
    const found = await lockCircuit(tx, channel);
    if (!found || (found.circuit?.state ?? "closed") !== "closed") continue;
    const cause = "unreachable" as const;
    const opening = { cause, reason: code, detail, failedProbeCount: 0, isNew: true };
    await openCircuit(
      tx,
      channel,
      opening,
      probePauseSeconds({ kind: cause, code, detail, retryAfterMs: 0 }, 0),
    );
    await recordAudit(tx, ctx, {
      action: "channel.paused",
      subjectId: id,
      subjectName: found.name,
      after: { cause, code, detail },
    });
  }
}

/** The plugin can be run again, or another version is there: what waits for its channels is due now. */
export async function wakeChannelsOf(
  tx: Tx,
  tenantId: string,
  pluginId: string,
  wakeRetries: WakeRetries,
): Promise<void> {
  for (const { id } of await listChannelsOf(tx, tenantId, pluginId)) {
    await tryAgain(tx, { tenantId, id }, wakeRetries);
  }
}
