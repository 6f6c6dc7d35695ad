import type {
  PluginManifest,
  ReceiptInput,
  ReceiptOutput,
  SendResult,
  Verification,
} from "@tidings/sdk/plugin";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { createTokenSources } from "./auth/access-token/token-sources.ts";
import type { TokenStore } from "./auth/access-token/token-store.ts";
import { type CredentialsCache, createCredentialsCache } from "./auth/credentials.ts";
import type { LoadedPlugins, PluginModule } from "./catalogue.ts";
import type { ChannelHandle, SendBatch } from "./channel.ts";
import { logReceiptFault } from "./execution/fault-log.ts";
import { MISSING_PLUGIN, NO_SECRETS } from "./execution/obstacles.ts";
import { PluginFault } from "./execution/plugin-fault.ts";
import { PluginUnavailable } from "./execution/plugin-unavailable.ts";
import { createPureExecutor } from "./execution/pure-plugin.ts";
import { readReceipt } from "./execution/receipts.ts";
import { createRequestSender, type Sender } from "./execution/request-sender.ts";
import { Slots } from "./execution/slots.ts";
import { createFollowUps, type FollowUps } from "./follow-ups.ts";
import { noMetrics, type PluginMetrics } from "./metrics.ts";
import { createNativeExecutor, type HostAbilities } from "./native/native-plugin.ts";
import { NativeSessions } from "./native/sessions.ts";
import { type ResolveHost, resolveHost } from "./outbound/address-guard.ts";
import { createHttpClient } from "./outbound/http-client.ts";
import type { OutboundPolicy } from "./outbound/policy.ts";

/** A vendor's push, as it came in. */
export type ReceiptRequest = Pick<ReceiptInput, "headers" | "query" | "body">;

/** Runs channel plugins: calls their functions, does their HTTP, and holds them to the contract. */
export interface PluginRuntime extends FollowUps {
  /** Sends a batch and answers every ref exactly once. Never throws. */
  send(channel: ChannelHandle, batch: SendBatch): Promise<SendResult[]>;
  /** Proves a channel's settings without sending anything to anybody. Never throws. */
  verify(channel: ChannelHandle): Promise<Verification>;
  /**
   * Reads a vendor's push; a plugin that fails over it answers 400 without events, one that cannot be run at the moment
   * 503. Never throws.
   */
  parseReceipt(channel: ChannelHandle, request: ReceiptRequest): Promise<ReceiptOutput>;
  /** Closes connections and native sessions. Call it when nothing is being sent any more. */
  close(): Promise<void>;
}

export interface PluginRuntimeDeps {
  plugins: LoadedPlugins;
  clock: Clock;
  logger: Logger;
  outbound: OutboundPolicy;
  metrics?: PluginMetrics;
  /** Where access tokens are shared with other processes; without it each credential fetches its own. */
  tokens?: TokenStore;
  /** What native plugins that ask for it are handed of this installation. */
  abilities?: HostAbilities;
  /** Resolves host names; the system's resolver unless given. */
  resolve?: ResolveHost;
}

/** Connections, slots and sessions of one process; there is one runtime in it. */
export function createPluginRuntime(deps: PluginRuntimeDeps): PluginRuntime {
  const { plugins, clock, logger, outbound: policy, metrics = noMetrics, resolve = resolveHost } = deps;
  const client = createHttpClient(policy, resolve);
  const tokenSources = createTokenSources({ client, policy, clock, logger, store: deps.tokens });
  const credentialsCache = createCredentialsCache(tokenSources);
  const sessions = new NativeSessions((error) => logger.warn({ err: error }, "native session did not close"));
  const sendRequests = createRequestSender({ client, policy, slots: new Slots(), clock, metrics });
  const pure = createPureExecutor({ sendRequests, clock, logger });
  const native = createNativeExecutor({ ...deps, sessions, policy, resolve, metrics });

  function find(channel: ChannelHandle): { manifest: PluginManifest; module: PluginModule } | undefined {
    const manifest = plugins.find(channel.pluginId)?.manifest;
    const module = plugins.module(channel.pluginId, channel.tenantId);
    return manifest && module && { manifest, module };
  }

  /** Undefined if the secrets cannot be read, which is logged. */
  async function prepare(
    channel: ChannelHandle,
    manifest: PluginManifest,
    readCredentials: CredentialsCache["get"],
  ): Promise<Sender | undefined> {
    try {
      return { channel, manifest, credentials: await readCredentials(channel, manifest) };
    } catch (error) {
      const { tenantId, channelId, pluginId } = channel;
      logger.error({ err: error, tenantId, channelId, pluginId }, "secrets of the channel cannot be read");
      return undefined;
    }
  }

  return {
    async send(channel, batch) {
      const found = find(channel);
      if (!found) return batch.messages.map(({ ref }) => ({ ref, status: "config", ...MISSING_PLUGIN }));
      const sender = await prepare(channel, found.manifest, credentialsCache.get);
      if (!sender) return batch.messages.map(({ ref }) => ({ ref, status: "transient", ...NO_SECRETS }));
      const { module } = found;
      return module.level === "pure"
        ? pure.send(sender, module.functions, batch)
        : native.send(sender, module.functions, batch);
    },

    ...createFollowUps({
      find,
      prepare: (...sender) => prepare(...sender, credentialsCache.get),
      pure,
      native,
    }),

    async verify(channel) {
      const found = find(channel);
      if (!found) return { ok: false, ...MISSING_PLUGIN };
      const sender = await prepare(channel, found.manifest, credentialsCache.readAfresh);
      if (!sender) return { ok: false, ...NO_SECRETS };
      const { module } = found;
      return module.level === "pure"
        ? pure.verify(sender, module.functions)
        : native.verify(sender, module.functions);
    },

    async parseReceipt(channel, request) {
      const found = find(channel);
      if (found?.module.level !== "pure" || !found.module.functions.parseReceipt) return refuse(404);
      const input = { ...request, settings: channel.settings, now: clock.now().getTime() };
      try {
        const { droppedCount, ...receipt } = await readReceipt(found.module.functions, input);
        if (droppedCount > 0) {
          logReceiptFault(logger, channel, new PluginFault(`${droppedCount} events are malformed`));
        }
        return receipt;
      } catch (error) {
        logReceiptFault(logger, channel, error);
        return refuse(error instanceof PluginUnavailable ? 503 : 400);
      }
    },

    async close() {
      credentialsCache.clear();
      await Promise.all([sessions.closeAll(), client.close()]);
    },
  };
}

const refuse = (status: number): ReceiptOutput => ({ events: [], reply: { status, body: "" } });
