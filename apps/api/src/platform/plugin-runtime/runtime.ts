import { randomBytes } from "node:crypto";
import type { PluginManifest, SendResult, Verification } from "@tidings/sdk/plugin";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { createTokenSources } from "./auth/access-token/token-sources.ts";
import type { TokenStore } from "./auth/access-token/token-store.ts";
import { type CredentialsCache, createCredentialsCache } from "./auth/credentials.ts";
import type { LoadedPlugins, PluginModule } from "./catalogue.ts";
import type { ChannelHandle, SendBatch } from "./channel.ts";
import { type Collecting, createCollecting } from "./collecting.ts";
import { MISSING_PLUGIN, NO_SECRETS } from "./execution/obstacles.ts";
import { createPureExecutor } from "./execution/pure-plugin.ts";
import { createRequestSender, type Sender } from "./execution/request-sender.ts";
import { Slots } from "./execution/slots.ts";
import { createFollowUps, type FollowUps, type FollowUpsDeps } from "./follow-ups.ts";
import { noMetrics, type PluginMetrics } from "./metrics.ts";
import { createNativeExecutor } from "./native/native-plugin.ts";
import { NativeSessions } from "./native/sessions.ts";
import { type ResolveHost, resolveHost } from "./outbound/address-guard.ts";
import { createHttpClient } from "./outbound/http-client.ts";
import type { OutboundPolicy } from "./outbound/policy.ts";
import { createPreviews, type Previews } from "./previews.ts";
import { createPushReader, type PushReader } from "./pushes/push-reader.ts";
import { createTemplateSync, type TemplateSync } from "./template-sync.ts";

/** Runs channel plugins: calls their functions, does their HTTP, and holds them to the contract. */
export interface PluginRuntime extends FollowUps, Collecting, TemplateSync, Previews, PushReader {
  /** Sends a batch and answers every ref exactly once. Never throws. */
  send(channel: ChannelHandle, batch: SendBatch): Promise<SendResult[]>;
  /** Proves a channel's settings without sending anything to anybody. Never throws. */
  verify(channel: ChannelHandle): Promise<Verification>;
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
  /** What native plugins' channels derive keys of their own from; without it those last as long as the process. */
  identityKey?: Uint8Array;
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
  const { identityKey = randomBytes(32) } = deps;
  const native = createNativeExecutor({ sessions, policy, resolve, clock, logger, metrics, identityKey });

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

  const prepareCached: FollowUpsDeps["prepare"] = (...sender) => prepare(...sender, credentialsCache.get);
  const callable = { find, prepare: prepareCached, pure, native };

  return {
    async send(channel, batch) {
      const found = find(channel);
      if (!found) return batch.messages.map(({ ref }) => ({ ref, status: "config", ...MISSING_PLUGIN }));
      const sender = await prepareCached(channel, found.manifest);
      if (!sender) return batch.messages.map(({ ref }) => ({ ref, status: "transient", ...NO_SECRETS }));
      const { module } = found;
      return module.level === "pure"
        ? pure.send(sender, module.functions, batch)
        : native.send(sender, module.functions, batch);
    },

    ...createFollowUps(callable),
    ...createCollecting(callable),
    ...createTemplateSync(callable),
    ...createPreviews({ find, policy, clock, logger }),
    ...createPushReader({ find, prepare: prepareCached, clock, logger }),

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

    async close() {
      credentialsCache.clear();
      await Promise.all([sessions.closeAll(), client.close()]);
    },
  };
}
