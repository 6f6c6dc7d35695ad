import { schema } from "@tidings/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import { isId } from "../../../platform/ids.ts";

const { channelGrants, channels } = schema;

export type ChannelRow = Pick<
  typeof channels.$inferSelect,
  "id" | "code" | "name" | "kind" | "pluginId" | "state" | "ratePerSecond"
>;

/** The tenant's channels, by code or id. */
export async function findChannels(tx: Tx, tenantId: string, references: string[]): Promise<ChannelRow[]> {
  const ids = references.filter((reference) => isId("channel", reference));
  const codes = references.filter((reference) => !isId("channel", reference));
  const columns = {
    id: channels.id,
    code: channels.code,
    name: channels.name,
    kind: channels.kind,
    pluginId: channels.pluginId,
    state: channels.state,
    ratePerSecond: channels.ratePerSecond,
  };
  const select = () => tx.db.select(columns).from(channels);
  const ours = eq(channels.tenantId, tenantId);
  const [byId, byCode] = await Promise.all([
    ids.length > 0 ? select().where(and(ours, inArray(channels.id, ids))) : [],
    codes.length > 0 ? select().where(and(ours, inArray(channels.code, codes))) : [],
  ]);
  return [...byId, ...byCode];
}

/** Which of the channels the source may use. */
export async function findGranted(
  tx: Tx,
  tenantId: string,
  sourceId: string,
  channelIds: string[],
): Promise<Set<string>> {
  if (channelIds.length === 0) return new Set();
  const rows = await tx.db
    .select({ channelId: channelGrants.channelId })
    .from(channelGrants)
    .where(
      and(
        eq(channelGrants.tenantId, tenantId),
        eq(channelGrants.sourceId, sourceId),
        inArray(channelGrants.channelId, channelIds),
      ),
    );
  return new Set(rows.map((row) => row.channelId));
}
