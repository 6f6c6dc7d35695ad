import type { CollectAbility, LocalizedText, PluginManifest, Settings } from "@tidings/sdk/plugin";
import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import type { PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { type Counts, completeCounts, type RecentCounts } from "../statistics/index.ts";
import type { ChannelWithParts } from "./channel.repository.ts";
import { getChannel } from "./channel.service.ts";

export interface ChannelHealthDeps {
  transact: Transact;
  catalogue: PluginCatalogues<Pick<PluginCatalogue, "find">>;
  countRecent(
    tx: Tx,
    tenantId: string,
    filter: { channelId: string; sourceId?: string | undefined; since: Date },
  ): Promise<RecentCounts>;
  countInFlight(tx: Tx, tenantId: string, channelId: string): Promise<number>;
  /** How fetching what the vendor leaves somewhere goes, with these settings. */
  readCollection(
    tx: Tx,
    channel: { tenantId: string; channelId: string; revision: number },
  ): Promise<{
    visitedAt: Date | null;
    nextAt: Date | null;
    failure: { code: string; detail: string | null } | null;
  }>;
  /** From where vendors are called, and whom to ask where nobody has said so. */
  egress: { addresses: readonly string[]; contact: string | null };
}

type InWords<T> = T & { text: LocalizedText | null };
export type FailureReason = InWords<RecentCounts["reasons"][number]>;

/** How fetching what the vendor leaves somewhere goes. */
export interface Collection {
  visitedAt: Date | null;
  nextAt: Date | null;
  failure: InWords<{ code: string; detail: string | null }> | null;
}

/** What a source is not told: it says what others send. */
export interface ChannelActivity {
  inFlightCount: number;
  lastReceiptAt: Date | null;
  /** Null where there is nothing to fetch. */
  collection: Collection | null;
}

/** How a channel is doing. */
export interface ChannelHealthReport {
  channel: ChannelWithParts;
  since: Date;
  counts: Counts;
  reasons: FailureReason[];
  activity: ChannelActivity | null;
  egress: ChannelHealthDeps["egress"];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Deliveries are counted by the hour in UTC. */
const wholeHour = (at: number) => new Date(Math.floor(at / HOUR_MS) * HOUR_MS);

export function createChannelHealthService(deps: ChannelHealthDeps) {
  async function readActivity(
    tx: Tx,
    channel: ChannelWithParts,
    manifest: PluginManifest | undefined,
  ): Promise<ChannelActivity> {
    const { tenantId, id: channelId, revision, lastReceiptAt } = channel;
    const isCollected = isCollectedFrom(manifest?.collect, channel.settings);
    const collection = isCollected ? await deps.readCollection(tx, { tenantId, channelId, revision }) : null;
    const failure = collection?.failure;
    return {
      inFlightCount: await deps.countInFlight(tx, tenantId, channelId),
      lastReceiptAt,
      collection: collection && {
        ...collection,
        failure: failure ? { ...failure, text: wordsFor(manifest, failure.code) } : null,
      },
    };
  }

  return {
    /** A source learns what became of its own deliveries. */
    async getChannelHealth(ctx: RequestContext, channelId: string): Promise<ChannelHealthReport> {
      authorize(ctx, "read", "Channel");
      const { actor, tenantId } = ctx;
      const since = wholeHour(ctx.now().getTime() - DAY_MS);
      const sourceId = actor.kind === "source" ? actor.id : undefined;
      return deps.transact(ctx, async (tx) => {
        // The channel second: a receipt that is counted has then been heard.
        const { counts, reasons } = await deps.countRecent(tx, tenantId, { channelId, sourceId, since });
        const channel = await getChannel(tx, ctx, channelId);
        const manifest = deps.catalogue.of(tenantId).find(channel.pluginId)?.manifest;
        return {
          channel,
          since,
          counts: completeCounts(counts),
          reasons: reasons.map((one) => ({ ...one, text: wordsFor(manifest, one.reason) })),
          activity: sourceId === undefined ? await readActivity(tx, channel, manifest) : null,
          egress: deps.egress,
        };
      });
    },
  };
}

/** A code in the plugin's words. */
function wordsFor(manifest: PluginManifest | undefined, code: string): LocalizedText | null {
  const errors = manifest?.errors ?? {};
  return (Object.hasOwn(errors, code) && errors[code]) || null;
}

/** Whether the settings say that there is something to fetch. */
const isCollectedFrom = (collect: CollectAbility | undefined, settings: Settings): boolean =>
  collect?.when.values.includes(String(settings[collect.when.field] ?? "")) ?? false;

export type ChannelHealthService = ReturnType<typeof createChannelHealthService>;
