import type { Fragment, Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";

/** Of a delta: not of a message that was sent to try a channel. Compaction leaves those out of the hourly roll-up. */
export const isNoTest = (sql: Tx["sql"], tenantId: string): Fragment =>
  sql`message_id not in (select id from messages where tenant_id = ${toUuid("tenant", tenantId)} and is_test)`;
