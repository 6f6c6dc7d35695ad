import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";

/** The row keys of users by the tenant's own ids; those are missing who do not exist. */
export async function findUserKeys(
  { sql }: Tx,
  tenantId: string,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await sql<{ id: string; userId: string }[]>`
    select id, external_id as "userId" from users
    where tenant_id = ${toUuid("tenant", tenantId)} and external_id = any(${[...userIds]}::text[])`;
  return new Map(rows.map(({ id, userId }) => [userId, id]));
}
