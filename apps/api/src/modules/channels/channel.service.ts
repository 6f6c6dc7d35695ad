import { isPushed } from "@tidings/sdk/plugin";
import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { invalidField, invalidInput, noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import type { LoadedPlugin, PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { type AskedMoney, readMoney } from "../costs/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { deleteBoundIdentities } from "../users/index.ts";
import { channelInUse, channelNotUnique, pluginNotInstalled } from "./channel.errors.ts";
import type { ChannelFilter, ChannelWithParts } from "./channel.repository.ts";
import * as repository from "./channel.repository.ts";
import {
  auditedOf,
  type ChannelForm,
  checkForm,
  columnsOfPrice,
  newSecrets,
  visibleTo,
} from "./channel.rules.ts";
import { deleteSecrets, replaceSecrets } from "./channel-secret.repository.ts";
import { sealSecrets } from "./channel-vault.ts";
import { forgetCircuit, probeSoon } from "./circuit.repository.ts";
import { receiptsUrl } from "./receipts-url.rules.ts";

export interface CreateChannel {
  code: string;
  name: string;
  pluginId: string;
  settings: ChannelForm["settings"];
  secrets: Record<string, string>;
  state: "on" | "off";
  ratePerSecond?: number | null | undefined;
  price?: AskedMoney | null | undefined;
}

export interface UpdateChannel extends Partial<ChannelForm> {
  name?: string | undefined;
  state?: "on" | "off" | undefined;
  ratePerSecond?: number | null | undefined;
  price?: AskedMoney | null | undefined;
}

/** A channel with the address its vendor pushes receipts to, if it does. */
export type Channel = ChannelWithParts & { receiptsUrl: string | null };

export interface ChannelServiceDeps {
  transact: Transact;
  catalogue: PluginCatalogues<Pick<PluginCatalogue, "find">>;
  installationKey: Uint8Array;
  publicUrl: string;
  /** Looks again which plugins there are. */
  refreshPlugins(): Promise<void>;
  /** Keeps what the tenant has installed from being uninstalled in the meantime; false if it is not there. */
  holdInstallation(tx: Tx, pluginId: string): Promise<boolean>;
  /** Something of a channel that may work again may be due now. */
  nudge(): void;
  wakeRetries: WakeRetries;
}

/** Makes due what waits for another try on the channel. Part of the transaction that mends it. */
export type WakeRetries = (tx: Tx, tenantId: string, channelId: string) => Promise<void>;

/** The channel may work again: if it is not sent through, the probe is due now. */
export async function tryAgain(
  tx: Tx,
  channel: { tenantId: string; id: string },
  wakeRetries: WakeRetries,
): Promise<void> {
  if (await probeSoon(tx, channel)) await wakeRetries(tx, channel.tenantId, channel.id);
}

export function createChannelService(deps: ChannelServiceDeps) {
  function present(ctx: RequestContext, channel: ChannelWithParts): Channel {
    const receipts = deps.catalogue.of(ctx.tenantId).find(channel.pluginId)?.manifest.receipts;
    const url =
      receipts && isPushed(receipts) ? receiptsUrl(deps.publicUrl, deps.installationKey, channel.id) : null;
    return visibleTo(ctx, { ...channel, receiptsUrl: url });
  }

  /** One that was installed a moment ago, by another process, this one may not know yet. */
  async function findPlugin(ctx: RequestContext, pluginId: string): Promise<LoadedPlugin | undefined> {
    const find = () => deps.catalogue.of(ctx.tenantId).find(pluginId);
    if (!find()) await deps.refreshPlugins();
    return find();
  }

  async function saveSecrets(
    tx: Tx,
    ctx: RequestContext,
    channelId: string,
    secrets: ChannelForm["secrets"],
  ): Promise<void> {
    const channel = { tenantId: ctx.tenantId, id: channelId };
    const sealed = await sealSecrets(tx, deps.installationKey, channel, newSecrets(secrets));
    await replaceSecrets(tx, ctx.tenantId, channelId, sealed, ctx.now());
    const removed = Object.keys(secrets).filter((field) => secrets[field] === null);
    await deleteSecrets(tx, ctx.tenantId, channelId, removed);
  }

  async function revise(
    tx: Tx,
    ctx: RequestContext,
    before: ChannelWithParts,
    { settings = before.settings, secrets = {} }: Partial<ChannelForm>,
  ): Promise<void> {
    const plugin = getPlugin(deps.catalogue.of(ctx.tenantId), before);
    const kept = before.secrets.map(({ field }) => field);
    assertValid(plugin, { settings, secrets }, kept);
    await saveSecrets(tx, ctx, before.id, secrets);
    await repository.reviseChannel(tx, ctx.tenantId, before.id, settings);
    await tryAgain(tx, before, deps.wakeRetries);
  }

  return {
    async createChannel(ctx: RequestContext, input: CreateChannel): Promise<Channel> {
      authorize(ctx, "create", "Channel");
      const plugin = await findPlugin(ctx, input.pluginId);
      if (!plugin) throw noPlugin(input.pluginId);
      assertValid(plugin, input);
      const { secrets, price, ...columns } = input;
      const { kind } = plugin.manifest;
      const id = newId("channel");
      return deps.transact(ctx, async (tx) => {
        if (plugin.sha256 && !(await deps.holdInstallation(tx, input.pluginId)))
          throw noPlugin(input.pluginId);
        await takeQuota(tx, ctx, "channels");
        await takeQuota(tx, ctx, `channels:${kind}`);
        await repository
          .insertChannel(tx, { tenantId: ctx.tenantId, id, kind, ...columns, ...pricing(price) })
          .catch(explainConflict(input));
        await saveSecrets(tx, ctx, id, secrets);
        const saved = await getChannel(tx, ctx, id);
        await recordAudit(tx, ctx, { action: "channel.created", ...named(saved), after: auditedOf(saved) });
        return present(ctx, saved);
      });
    },

    /** A source sees the channels it may use, a member all. */
    async listChannels(ctx: RequestContext, query: ChannelFilter & PageRequest): Promise<Page<Channel>> {
      authorize(ctx, "read", "Channel");
      const filter = { ...query, ...reachOf(ctx) };
      const rows = await deps.transact(ctx, (tx) => repository.listChannels(tx, ctx.tenantId, filter, query));
      return toPage(
        rows,
        query,
        (row) => row.id,
        (row) => present(ctx, row),
      );
    },

    async getChannel(ctx: RequestContext, channelId: string): Promise<Channel> {
      authorize(ctx, "read", "Channel");
      const channel = await deps.transact(ctx, (tx) => getChannel(tx, ctx, channelId));
      return present(ctx, channel);
    },

    async updateChannel(ctx: RequestContext, channelId: string, changes: UpdateChannel): Promise<Channel> {
      authorize(ctx, "update", "Channel");
      const { settings, secrets, price, ...rest } = changes;
      const channel = await deps.transact(ctx, async (tx) => {
        const before = await getChannel(tx, ctx, channelId);
        await repository
          .updateChannel(tx, ctx.tenantId, channelId, { ...rest, ...pricing(price), updatedAt: ctx.now() })
          .catch(explainConflict({ ...before, ...rest }));
        const isSwitched = rest.state !== undefined && rest.state !== before.state;
        if (isSwitched && (await forgetCircuit(tx, before))) {
          await deps.wakeRetries(tx, ctx.tenantId, channelId);
        }
        if (settings || secrets) await revise(tx, ctx, before, { settings, secrets });
        const after = await getChannel(tx, ctx, channelId);
        await recordAudit(tx, ctx, {
          action: "channel.updated",
          ...named(after),
          before: auditedOf(before),
          after: { ...auditedOf(after), secretsChanged: Object.keys(secrets ?? {}) },
        });
        return present(ctx, after);
      });
      deps.nudge();
      return channel;
    },

    /** Deletes the channel with its secrets and grants. */
    async deleteChannel(ctx: RequestContext, channelId: string): Promise<void> {
      authorize(ctx, "delete", "Channel");
      await deps.transact(ctx, async (tx) => {
        await repository.lockChannel(tx, ctx.tenantId, channelId);
        const before = await getChannel(tx, ctx, channelId);
        const policies = await repository.listPoliciesUsing(tx, ctx.tenantId, channelId);
        if (policies.length > 0) throw usedBy(before, policies);
        await repository.deleteChannel(tx, ctx.tenantId, channelId);
        await deleteBoundIdentities(tx, ctx.tenantId, "channel", channelId);
        await giveBackQuota(tx, ctx, "channels");
        await giveBackQuota(tx, ctx, `channels:${before.kind}`);
        await recordAudit(tx, ctx, {
          action: "channel.deleted",
          ...named(before),
          before: auditedOf(before),
        });
      });
    },
  };
}

export type ChannelService = ReturnType<typeof createChannelService>;

/** The channel, if the actor may know of it. */
export async function getChannel(tx: Tx, ctx: RequestContext, channelId: string): Promise<ChannelWithParts> {
  const channel = await repository.findChannel(tx, ctx.tenantId, channelId, reachOf(ctx));
  if (!channel) throw noSuch("channel", channelId);
  return channel;
}

const pricing = (price: AskedMoney | null | undefined) =>
  price === undefined ? {} : columnsOfPrice(price && readMoney(price));

const reachOf = ({ actor }: RequestContext): ChannelFilter =>
  actor.kind === "source" ? { grantedTo: actor.id } : {};

function getPlugin(catalogue: Pick<PluginCatalogue, "find">, channel: ChannelWithParts): LoadedPlugin {
  const plugin = catalogue.find(channel.pluginId);
  if (plugin) return plugin;
  throw pluginNotInstalled(`The plugin ${channel.pluginId} of "${channel.name}" is not installed any more.`);
}

function assertValid(plugin: LoadedPlugin, form: ChannelForm, kept?: string[]): void {
  const errors = checkForm(plugin, form, kept);
  const [first] = errors;
  if (first) throw invalidInput(`${first.pointer}: ${first.detail}`, { errors });
}

const noPlugin = (pluginId: string) =>
  invalidField("/pluginId", `There is no plugin ${pluginId}.`, "unknown");

const named = (channel: { id: string; name: string }) => ({
  subjectId: channel.id,
  subjectName: channel.name,
});

const usedBy = (channel: { name: string }, policies: { name: string }[]) =>
  channelInUse(
    `"${channel.name}" is used by ${policies.map(({ name }) => `"${name}"`).join(", ")}; change that first.`,
  );

/** Says which of the two unique fields is taken. */
const explainConflict = (input: { code: string; name: string }) => (error: unknown) => {
  const constraint = violatedUnique(error);
  if (constraint === undefined) throw error;
  const [field, value] = constraint.includes("code") ? ["code", input.code] : ["name", input.name];
  throw channelNotUnique(`A channel with the ${field} "${value}" exists already.`, {
    errors: [{ pointer: `/${field}`, detail: `"${value}" is taken.`, code: "taken" }],
  });
};
