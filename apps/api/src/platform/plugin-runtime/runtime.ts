import { randomBytes } from "node:crypto";
import type { SendResult, Verification } from "@tidings/sdk/plugin";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { createTokenSources } from "./auth/access-token/token-sources.ts";
import type { TokenStore } from "./auth/access-token/token-store.ts";
import { type CredentialsCache, createCredentialsCache } from "./auth/credentials.ts";
import type { LoadedPlugins } from "./catalogue.ts";
import type { ChannelHandle, SendBatch } from "./channel.ts";
import { type Collecting, createCollecting } from "./collecting.ts";
import { MISSING_PLUGIN, NO_SECRETS, type Obstacle, VERSION_CHANGED } from "./execution/obstacles.ts";
import { PluginUnavailable } from "./execution/plugin-unavailable.ts";
import { createPureExecutor } from "./execution/pure-plugin.ts";
import { createRequestSender } from "./execution/request-sender.ts";
import { Slots } from "./execution/slots.ts";
import { createFollowUps, type FollowUps, type Prepared } from "./follow-ups.ts";
import { noMetrics, type PluginMetrics } from "./metrics.ts";
import { createNativeExecutor, type HostAbilities } from "./native/native-plugin.ts";
import { NativeSessions } from "./native/sessions.ts";
import { type ResolveHost, resolveHost } from "./outbound/address-guard.ts";
import { createHttpClient } from "./outbound/http-client.ts";
import type { OutboundPolicy } from "./outbound/policy.ts";
import { createPreviews, type Previews } from "./previews.ts";
import { createPushReader, type PushReader } from "./pushes/push-reader.ts";
import { createTemplateSync, type TemplateSync } from "./template-sync.ts";

/** Takes note of results by the version that they came from. */
export interface TrialCounter {
  count(plugin: { tenantId: string; pluginId: string }, sha256: string, results: readonly SendResult[]): void;
}

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
  /** Counts what becomes of batches while a tenant tries a new version of a plugin. */
  trials?: TrialCounter;
  /** Where access tokens are shared with other processes; without it each credential fetches its own. */
  tokens?: TokenStore;
  /** What native plugins that ask for it are handed of this installation. */
  abilities?: HostAbilities;
  /** What native plugins' channels derive keys of their own from; without it those last as long as the process. */
  identityKey?: Uint8Array;
  /** Resolves host names; the system's resolver unless given. */
  resolve?: ResolveHost;
}

/** Connections, slots and sessions of one process; there is one runtime in it. */
export function createPluginRuntime(deps: PluginRuntimeDeps): PluginRuntime {
  const { plugins, clock, logger, outbound: policy, metrics = noMetrics, resolve = resolveHost } = deps;
  const { trials = { count: () => undefined } } = deps;
  const client = createHttpClient(policy, resolve);
  const tokenSources = createTokenSources({ client, policy, clock, logger, store: deps.tokens });
  const credentialsCache = createCredentialsCache(tokenSources);
  const sessions = new NativeSessions((error) => logger.warn({ err: error }, "native session did not close"));
  const sendRequests = createRequestSender({ client, policy, slots: new Slots(), clock, metrics });
  const pure = createPureExecutor({ sendRequests, clock, logger });
  const { identityKey = randomBytes(32) } = deps;
  const native = createNativeExecutor({ ...deps, sessions, policy, resolve, metrics, identityKey });

  /** What a call needs, or why it cannot be made. */
  async function prepare(
    channel: ChannelHandle,
    readCredentials: CredentialsCache["get"],
    batch?: SendBatch,
  ): Promise<Prepared> {
    const { tenantId, channelId, pluginId } = channel;
    const asked = batch && { ref: batch.batchRef, size: batch.messages.length };
    const found = plugins.open(tenantId, pluginId, asked);
    if (!found) return { obstacle: MISSING_PLUGIN, status: "config" };
    const { manifest, trialSha256 } = found;
    if (asked && asked.size > manifest.limits.batchSize) return waitsFor(VERSION_CHANGED);
    try {
      const module = await found.module();
      const credentials = await readCredentials(channel, manifest);
      return { sender: { channel, manifest, credentials }, module, trialSha256 };
    } catch (error) {
      if (error instanceof PluginUnavailable) return waitsFor(error.obstacle);
      logger.error({ err: error, tenantId, channelId, pluginId }, "secrets of the channel cannot be read");
      return waitsFor(NO_SECRETS);
    }
  }

  const open = ({ tenantId, pluginId }: ChannelHandle) => plugins.open(tenantId, pluginId);
  const callable = {
    prepare: (channel: ChannelHandle) => prepare(channel, credentialsCache.get),
    pure,
    native,
  };

  return {
    async send(channel, batch) {
      const ready = await prepare(channel, credentialsCache.get, batch);
      if ("obstacle" in ready) return unsent(batch, ready);
      const { sender, module, trialSha256 } = ready;
      const results = await (module.level === "pure"
        ? pure.send(sender, module.functions, batch)
        : native.send(sender, module.functions, batch));
      if (trialSha256 !== undefined) trials.count(channel, trialSha256, results);
      return results;
    },

    ...createFollowUps(callable),
    ...createCollecting(callable),
    ...createTemplateSync(callable),
    ...createPreviews({ open, policy, clock, logger }),
    ...createPushReader({ open, prepare: callable.prepare, clock, logger }),

    async verify(channel) {
      const ready = await prepare(channel, credentialsCache.readAfresh);
      if ("obstacle" in ready) return { ok: false, ...ready.obstacle };
      const { sender, module } = ready;
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

const unsent = (
  { messages }: SendBatch,
  { status, obstacle }: Extract<Prepared, { obstacle: unknown }>,
): SendResult[] => messages.map(({ ref }) => ({ ref, status, ...obstacle }));

const waitsFor = (obstacle: Obstacle): Prepared => ({ obstacle, status: "transient" });
