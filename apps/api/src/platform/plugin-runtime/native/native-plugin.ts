import { randomBytes } from "node:crypto";
import type { Inbox, NativePlugin, NativeSession, SendResult, Verification } from "@tidings/sdk/plugin";
import type { Clock } from "../../clock.ts";
import { hmacSha256 } from "../../crypto/index.ts";
import type { Logger } from "../../logger.ts";
import { type ChannelHandle, channelKey, type SendBatch } from "../channel.ts";
import { BatchOutcome } from "../execution/batch-outcome.ts";
import { DeadlineError, withDeadline } from "../execution/deadline.ts";
import { logBreaches, logFault } from "../execution/fault-log.ts";
import { FAILED, NO_RESULT } from "../execution/obstacles.ts";
import { PluginFault } from "../execution/plugin-fault.ts";
import type { Sender } from "../execution/request-sender.ts";
import { cleanVerification, isVerification } from "../execution/verification.ts";
import type { PluginMetrics, RequestOutcome } from "../metrics.ts";
import type { ResolveHost } from "../outbound/address-guard.ts";
import type { OutboundPolicy } from "../outbound/policy.ts";
import { createNativeCollect } from "./native-collect.ts";
import { createNativeFollowUps } from "./native-follow-ups.ts";
import { batchTimeoutMs, LATE } from "./native-results.ts";
import { guardResolve } from "./resolve-host.ts";
import type { NativeSessions } from "./sessions.ts";

/** What of the installation a plugin may be handed, for one channel. */
export interface HostAbilities {
  inbox(channel: Pick<ChannelHandle, "tenantId" | "channelId">): Inbox;
}

export interface NativeExecutorDeps {
  sessions: NativeSessions;
  abilities?: HostAbilities | undefined;
  policy: OutboundPolicy;
  resolve: ResolveHost;
  clock: Clock;
  logger: Logger;
  metrics: PluginMetrics;
  /** What the channels' own keys are derived from. */
  identityKey: Uint8Array;
}

/** Opens a session with what the host hands to the channel's plugin. */
function createOpen({ identityKey, policy, resolve, abilities }: NativeExecutorDeps) {
  return async ({ channel, manifest, credentials }: Sender, plugin: NativePlugin) => {
    const { concurrency, timeoutMs } = manifest.limits;
    return plugin.open({
      settings: channel.settings,
      secrets: { ...credentials.secrets },
      limits: { concurrency, timeoutMs },
      key: hmacSha256(identityKey, `native-plugins/${channelKey(channel)}`).toString("hex"),
      resolve: guardResolve(channel, manifest, policy, resolve),
      ...(manifest.uses?.includes("inbox") && abilities && { inbox: abilities.inbox(channel) }),
    });
  };
}

/** Runs plugins that do their own I/O: once `send` is called, everything that goes wrong is ambiguous. */
export function createNativeExecutor(deps: NativeExecutorDeps) {
  const { sessions, clock, logger, metrics } = deps;

  const open = createOpen(deps);

  async function sendBatch(
    session: NativeSession,
    { channel: { settings }, manifest }: Sender,
    { batchRef, messages }: SendBatch,
  ): Promise<unknown[]> {
    const input = { batchRef, messages, settings, ...fresh() };
    const results: unknown = await withDeadline(
      session.send(input),
      batchTimeoutMs(manifest.limits, messages.length),
    );
    if (!Array.isArray(results)) throw new PluginFault("send returned no array");
    return results;
  }

  const fresh = () => ({ now: clock.now().getTime(), seed: randomBytes(16).toString("hex") });

  return {
    ...createNativeFollowUps({ sessions, open, fresh, logger }),
    collect: createNativeCollect({ sessions, open, now: () => fresh().now, logger }),

    async send(sender: Sender, plugin: NativePlugin, batch: SendBatch): Promise<SendResult[]> {
      const refs = batch.messages.map(({ ref }) => ref);
      const outcome = new BatchOutcome(refs, sender.credentials.redact);
      const startedAt = performance.now();
      let ending: RequestOutcome = "not_sent";
      try {
        const results = await sessions.use(
          sender.channel,
          plugin,
          () => open(sender, plugin),
          async (session) => {
            if (performance.now() > (batch.startBy ?? Number.POSITIVE_INFINITY)) return [];
            outcome.markSent(refs);
            ending = "ambiguous";
            return sendBatch(session, sender, batch);
          },
        );
        ending = "answered";
        outcome.add(results);
        return outcome.complete(NO_RESULT);
      } catch (error) {
        const isLate = error instanceof DeadlineError;
        if (isLate) sessions.evict(sender.channel);
        logFault(logger, sender, "send", error);
        return outcome.complete(isLate ? LATE : FAILED);
      } finally {
        const durationMs = performance.now() - startedAt;
        metrics.requestFinished({ pluginId: sender.manifest.id, outcome: ending, durationMs });
        logBreaches(logger, sender, outcome.breaches);
      }
    },

    /** With a session of its own, since the settings under test need not be those that are in use. */
    async verify(sender: Sender, plugin: NativePlugin): Promise<Verification> {
      const { timeoutMs } = sender.manifest.limits;
      let session: NativeSession | undefined;
      try {
        session = await open(sender, plugin);
        const verification: unknown = await withDeadline(session.verify(), timeoutMs);
        if (!isVerification(verification)) throw new PluginFault("verify returned no verification");
        return cleanVerification(verification, sender.credentials.redact);
      } catch (error) {
        logFault(logger, sender, "verify", error);
        return { ok: false, ...(error instanceof DeadlineError ? LATE : FAILED) };
      } finally {
        session?.close().catch((error) => logFault(logger, sender, "close", error));
      }
    },
  };
}
