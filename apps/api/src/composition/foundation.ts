import { connect } from "@tidings/db";
import { type ChannelVault, createAccessTokenStore, createChannelVault } from "../modules/channels/index.ts";
import {
  createReadRestraints,
  type InFlightLimits,
  type ReadRestraints,
} from "../modules/deliveries/index.ts";
import type { BacklogLimits } from "../modules/messages/index.ts";
import { createTrackedAddresses, type TrackedAddresses } from "../modules/tracking/index.ts";
import { createUnsubscribeAddresses, type UnsubscribeAddresses } from "../modules/unsubscriptions/index.ts";
import { type Clock, systemClock } from "../platform/clock.ts";
import { type Database, type Transact, transactIn } from "../platform/database/index.ts";
import type { Logger } from "../platform/logger.ts";
import { createLoopWatch, type LoopWatch } from "../platform/loop-watch.ts";
import {
  createPluginRuntime,
  type LoadedPlugins,
  type OutboundPolicy,
  type PluginRuntime,
  type Sandbox,
} from "../platform/plugin-runtime/index.ts";
import { createMetrics } from "./metrics.ts";

/** What an installation is made of, decided before anything is wired. */
export interface Installation {
  databaseUrl: string;
  /** 32 bytes: wraps the tenants' data keys, signs receipts addresses and seals tracked ones. */
  installationKey: Uint8Array;
  /** Where people and vendors reach it. */
  publicUrl: string;
  plugins: LoadedPlugins;
  /** Where plugins that are sealed run. */
  sandbox?: Sandbox;
  outbound: OutboundPolicy;
  logger: Logger;
  clock?: Clock;
  /** The built console; without it only the API is served. */
  consoleDir?: string;
  /** Addresses and networks of the proxies whose `X-Forwarded-For` is believed. */
  trustedProxies?: readonly string[];
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
export interface Foundation extends Omit<Installation, "clock"> {
  clock: Clock;
  api: Database;
  worker: Database;
  dispatch: Database;
  transact: Transact;
  transactAsWorker: Transact;
  runtime: PluginRuntime;
  vault: ChannelVault;
  trackedAddresses: TrackedAddresses;
  unsubscribeAddresses: UnsubscribeAddresses;
  /** Quiet hours and frequency caps of a tenant, as they are now. */
  readRestraints: ReadRestraints;
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
    connect({ url, role: `tidings_${name}`, max: POOL_SIZES[name], applicationName: `tidings-${name}` });
  const [api, worker, dispatch] = [open("api"), open("worker"), open("dispatch")];
  const [transact, transactAsWorker] = [transactIn(api), transactIn(worker)];
  const loops = createLoopWatch();
  const metrics = createMetrics({ dispatch, loops, sandbox: installation.sandbox });
  const sealing = { transactAsWorker, installationKey: installation.installationKey };
  const runtime = createPluginRuntime({
    plugins: installation.plugins,
    clock,
    logger: installation.logger,
    outbound: installation.outbound,
    metrics: metrics.plugins,
    tokens: createAccessTokenStore(sealing),
    identityKey: installation.installationKey,
  });
  const vault = createChannelVault(sealing);
  return {
    ...installation,
    clock,
    api,
    worker,
    dispatch,
    transact,
    transactAsWorker,
    runtime,
    vault,
    trackedAddresses: createTrackedAddresses(installation.publicUrl, installation.installationKey),
    unsubscribeAddresses: createUnsubscribeAddresses(installation.publicUrl, installation.installationKey),
    readRestraints: createReadRestraints({ transact, clock }),
    metrics,
    loops,
    async close() {
      await runtime.close();
      await Promise.all([api.close(), worker.close(), dispatch.close()]);
    },
  };
}
