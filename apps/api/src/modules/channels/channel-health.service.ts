import type { LocalizedText } from "@tidings/sdk/plugin";
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
  readActivity(
    tx: Tx,
    tenantId: string,
    channelId: string,
  ): Promise<{ inFlightCount: number; lastReceiptAt: Date | null }>;
  /** From where vendors are called, and whom to ask where nobody has said so. */
  egress: { addresses: readonly string[]; contact: string | null };
}

export type FailureReason = RecentCounts["reasons"][number] & { text: LocalizedText | null };

/** How a channel is doing. */
export interface ChannelHealthReport {
  channel: ChannelWithParts;
  since: Date;
  counts: Counts;
  reasons: FailureReason[];
  /** What a source is not told: it says what others send. */
  activity: { inFlightCount: number; lastReceiptAt: Date | null } | null;
  egress: ChannelHealthDeps["egress"];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Deliveries are counted by the hour in UTC. */
const wholeHour = (at: number) => new Date(Math.floor(at / HOUR_MS) * HOUR_MS);

export function createChannelHealthService(deps: ChannelHealthDeps) {
  return {
    /** A source learns what became of its own deliveries. */
    async getChannelHealth(ctx: RequestContext, channelId: string): Promise<ChannelHealthReport> {
      authorize(ctx, "read", "Channel");
      const { actor, tenantId } = ctx;
      const since = wholeHour(ctx.now().getTime() - DAY_MS);
      const sourceId = actor.kind === "source" ? actor.id : undefined;
      return deps.transact(ctx, async (tx) => {
        const channel = await getChannel(tx, ctx, channelId);
        const { counts, reasons } = await deps.countRecent(tx, tenantId, { channelId, sourceId, since });
        const { errors = {} } = deps.catalogue.of(tenantId).find(channel.pluginId)?.manifest ?? {};
        return {
          channel,
          since,
          counts: completeCounts(counts),
          reasons: reasons.map((one) => ({
            ...one,
            text: (Object.hasOwn(errors, one.reason) && errors[one.reason]) || null,
          })),
          activity: sourceId === undefined ? await deps.readActivity(tx, tenantId, channelId) : null,
          egress: deps.egress,
        };
      });
    },
  };
}

export type ChannelHealthService = ReturnType<typeof createChannelHealthService>;
