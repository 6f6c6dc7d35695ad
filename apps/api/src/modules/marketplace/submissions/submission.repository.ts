import { schema } from "@tidings/db";
import { and, eq, gt, sql } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";

const { pluginListings } = schema;

/** How many submissions of a publisher wait for their checks, and how many came since a moment. */
export async function countSubmissions(
  tx: Tx,
  registryId: string,
  slug: string,
  since: Date,
): Promise<{ checking: number; recent: number }> {
  const { submittedAt, state, pluginId } = pluginListings;
  const [row] = await tx.db
    .select({
      checking: sql<number>`count(*) filter (where ${state} = 'checking')::int`,
      recent: sql<number>`count(*) filter (where ${gt(submittedAt, since)})::int`,
    })
    .from(pluginListings)
    .where(and(eq(pluginListings.registryId, registryId), sql`split_part(${pluginId}, '/', 1) = ${slug}`));
  return row ?? { checking: 0, recent: 0 };
}
