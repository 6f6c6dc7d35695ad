import { schema } from "@tidings/db";
import { asc, eq } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import type { FrequencyCap } from "./frequency-cap.rules.ts";

const { frequencyCaps } = schema;

export async function listCaps(tx: Tx, tenantId: string): Promise<FrequencyCap[]> {
  const rows = await tx.db
    .select({
      limit: frequencyCaps.limit,
      hours: frequencyCaps.hours,
      channelKind: frequencyCaps.channelKind,
      category: frequencyCaps.category,
    })
    .from(frequencyCaps)
    .where(eq(frequencyCaps.tenantId, tenantId))
    .orderBy(asc(frequencyCaps.position));
  return rows as FrequencyCap[];
}

export async function replaceCaps(tx: Tx, tenantId: string, caps: readonly FrequencyCap[]): Promise<void> {
  await tx.db.delete(frequencyCaps).where(eq(frequencyCaps.tenantId, tenantId));
  if (caps.length === 0) return;
  await tx.db.insert(frequencyCaps).values(caps.map((cap, position) => ({ tenantId, position, ...cap })));
}
