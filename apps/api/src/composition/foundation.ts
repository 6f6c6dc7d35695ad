import { connect } from "@tidings/db";
import {
  type CallEndpoint,
  createCallbackVault,
  createCallEndpoint,
  createListeners,
  type Listeners,
} from "../modules/callbacks/index.ts";
import { type ChannelVault, createAccessTokenStore, createChannelVault } from "../modules/channels/index.ts";
import {
  createReadRestraints,
  type InFlightLimits,
  type ReadRestraints,
} from "../modules/deliveries/index.ts";
import { createInboxStore } from "../modules/inbox/index.ts";
import {
  createInstalledSource,
  createTrialCounts,
  type TrialCounts,
} from "../modules/installations/index.ts";
import type { BacklogLimits } from "../modules/messages/index.ts";
import { createTrackedAddresses, type TrackedAddresses } from "../modules/tracking/index.ts";
import { createUnsubscribeAddresses, type UnsubscribeAddresses } from "../modules/unsubscriptions/index.ts";
import { type Clock, systemClock } from "../platform/clock.ts";
import { type Database, type Transact, transactIn } from "../platform/database/index.ts";
import type { Logger } from "../platform/logger.ts";
import { createLoopWatch, type LoopWatch } from "../platform/loop-watch.ts";
import {
  createGuardedClient,
  createPluginRuntime,
  createTenantPlugins,
  type GuardedClient,
  InstalledPlugins,
  type OutboundPolicy,
  type PluginRuntime,
  type Sandbox,
  type ShippedPlugins,
  type TenantPlugins,
} from "../platform/plugin-runtime/index.ts";
import { createMetrics } from "./metrics.ts";

/** What an installation is made of, decided before anything is wired. */
export interface Installation {
  databaseUrl: string;
  /** 32 bytes: wraps the tenants' data keys, signs receipts addresses and seals tracked ones. */
  installationKey: Uint8Array;
  /** Where people and vendors reach it. */
  publicUrl: string;
  /** The plugins that every tenant has. */
  plugins: ShippedPlugins;
  /** Where plugins that are sealed run; without it those that tenants have installed do not run. */
  sandbox?: Sandbox;
  outbound: OutboundPolicy;
  logger: Logger;
  clock?: Clock;
  /** The built console; without it only the API is served. */
  consoleDir?: string;
  /** The built script of the inbox widget; without it none is served. */
  widgetFile?: string;
  /** Addresses and networks of the proxies whose `X-Forwarded-For` is believed. */
  trustedProxies?: readonly string[];
  /** Emails of the logins that run it, lower case; without them operators stay who they are. */
  operatorEmails?: readonly string[] | undefined;
  /** The registry of plugins that ships with it. */
  registryDir?: string | undefined;
  /** Whom a tenant asks for a higher quota. */
  quotaContact?: string | undefined;
  /** Addresses and networks that vendors see calls come from. */
  egressAddresses?: readonly string[] | undefined;
  /** Deliveries under way at once, of a tenant and of a channel. */
  inFlightLimits?: InFlightLimits | undefined;
  /** What may pile up before messages are turned away. */
  backlogLimits?: BacklogLimits | undefined;
}

/** The parts that HTTP and engine share. Databases connect when they are first used. */
export interface Foundation extends Omit<Installation, "clock" | "plugins"> {
  clock: Clock;
  /** The plugins of every tenant. */
  plugins: TenantPlugins;
  /** What becomes of batches while tenants try new versions of plugins. */
  trials: TrialCounts;
  api: Database;
  worker: Database;
  dispatch: Database;
  transact: Transact;
  transactAsWorker: Transact;
  runtime: PluginRuntime;
  vault: ChannelVault;
  /** Calls addresses that tenants have typed in. */
  guardedClient: GuardedClient;
  /** Makes one signed call to where a source is told something. */
  callEndpoint: CallEndpoint;
  trackedAddresses: TrackedAddresses;
  unsubscribeAddresses: UnsubscribeAddresses;
  /** Quiet hours and frequency caps of a tenant, as they are now. */
  readRestraints: ReadRestraints;
  /** The tenants whose sources are told what becomes of their deliveries. */
  listeners: Listeners;
  metrics: ReturnType<typeof createMetrics>;
  loops: LoopWatch;
  close(): Promise<void>;
}

/** Separate pools, so that none can starve the other. */
const POOL_SIZES = { api: 10, worker: 8, dispatch: 3 };

export function lay(installation: Installation): Foundation {
  const { databaseUrl: url } = installation;
  const clock = installation.clock ?? systemClock;
  const open = (name: keyof typeof POOL_SIZES) =>
    connect({
      url,
      role: `tidings_${name}`,
      max: POOL_SIZES[name],
      applicationName: `tidings-${name}`,
      // What it does is one tenant's, of ten users or of a million; to read a whole table would be to read everybody's.
      plansByIndex: name === "worker",
      hasListeners: (tenantId) => listeners.has(tenantId),
    });
  const [api, worker, dispatch] = [open("api"), open("worker"), open("dispatch")];
  const listeners = createListeners({ dispatch });
  const [transact, transactAsWorker] = [transactIn(api), transactIn(worker)];
  const loops = createLoopWatch();
  const metrics = createMetrics({ dispatch, loops, sandbox: installation.sandbox });
  const sealing = { transactAsWorker, installationKey: installation.installationKey };
  const plugins = layPlugins(installation, { dispatch, worker });
  const trials = createTrialCounts({ transactAsWorker });
  const runtime = createPluginRuntime({
    plugins,
    trials,
    clock,
    logger: installation.logger,
    outbound: installation.outbound,
    metrics: metrics.plugins,
    tokens: createAccessTokenStore(sealing),
    abilities: { inbox: createInboxStore({ transactAsWorker }) },
    identityKey: installation.installationKey,
  });
  const vault = createChannelVault(sealing);
  const guardedClient = createGuardedClient(installation.outbound);
  return {
    ...installation,
    clock,
    plugins,
    trials,
    api,
    worker,
    dispatch,
    transact,
    transactAsWorker,
    runtime,
    vault,
    guardedClient,
    callEndpoint: createCallEndpoint({
      client: guardedClient,
      vault: createCallbackVault(sealing),
      now: () => clock.now(),
    }),
    trackedAddresses: createTrackedAddresses(installation.publicUrl, installation.installationKey),
    unsubscribeAddresses: createUnsubscribeAddresses(installation.publicUrl, installation.installationKey),
    readRestraints: createReadRestraints({ transact, catalogue: installation.plugins, clock }),
    listeners,
    metrics,
    loops,
    async close() {
      await Promise.all([runtime.close(), guardedClient.close()]);
      await Promise.all([api.close(), worker.close(), dispatch.close()]);
    },
  };
}

/** Shipped and installed plugins together. What the sandbox disables is forbidden to all processes. */
function layPlugins(
  { plugins: shipped, sandbox, logger }: Installation,
  databases: { dispatch: Database; worker: Database },
): TenantPlugins {
  const source = createInstalledSource(databases);
  const plugins = createTenantPlugins(shipped, new InstalledPlugins({ source, sandbox, logger }));
  sandbox?.onDisabled((strike) => {
    plugins.strikeOut(strike).catch((error) => {
      logger.warn({ err: error, pluginId: strike.pluginId }, "the block is not written down yet");
    });
  });
  return plugins;
}
