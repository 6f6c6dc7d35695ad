import { schema } from "@tidings/db";
import { and, eq } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";

const { identities } = schema;

/** Removes the identities that count for one source or channel only, when that one is deleted. */
export async function deleteBoundIdentities(
  tx: Tx,
  tenantId: string,
  scope: "source" | "channel",
  id: string,
): Promise<void> {
  await tx.db
    .delete(identities)
    .where(
      and(
        eq(identities.tenantId, tenantId),
        eq(identities.scope, scope),
        eq(identities.scopeId, toUuid(scope, id)),
      ),
    );
}
