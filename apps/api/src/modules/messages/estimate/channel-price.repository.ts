import { schema } from "@tidings/db";
import { and, eq, inArray, isNotNull } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import type { Money } from "../../costs/index.ts";

const { channels } = schema;

/** What a unit costs on a channel, and what the plugin counts it by. */
export interface ChannelPrice {
  id: string;
  price: Money;
  settings: Record<string, string | number | boolean>;
}

/** The prices of those of the channels that have one. */
export async function findPrices(tx: Tx, tenantId: string, channelIds: string[]): Promise<ChannelPrice[]> {
  const rows = await tx.db
    .select({
      id: channels.id,
      amount: channels.unitPrice,
      currency: channels.currency,
      settings: channels.settings,
    })
    .from(channels)
    .where(
      and(eq(channels.tenantId, tenantId), inArray(channels.id, channelIds), isNotNull(channels.unitPrice)),
    );
  return rows.flatMap(({ id, amount, currency, settings }) =>
    amount === null || currency === null ? [] : [{ id, price: { amount, currency }, settings }],
  );
}
