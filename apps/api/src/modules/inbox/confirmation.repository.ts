import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromBigint, toBigint, toUuid } from "../../platform/ids.ts";
import type { ConfirmationState } from "./entry.rules.ts";

export interface ConfirmationCounts {
  requiredCount: number;
  confirmedCount: number;
}

export interface ConfirmationRow {
  deliveryId: string;
  userId: string;
  name: string;
  readAt: Date | null;
  confirmedAt: Date | null;
}

/** How many were asked to confirm a message, and how many have. Whom it was recalled from is not asked any more. */
export async function countConfirmations(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
): Promise<ConfirmationCounts> {
  const [row] = await sql<[ConfirmationCounts]>`
    select count(*)::int as "requiredCount", count(confirmed_at)::int as "confirmedCount" from inbox_entries
    where tenant_id = ${toUuid("tenant", tenantId)} and message_id = ${toUuid("message", messageId)} and must_confirm
      and recalled_at is null`;
  return row;
}

/** Who was asked, in the order of the deliveries. */
export async function listConfirmations(
  { sql }: Tx,
  tenantId: string,
  messageId: string,
  state: ConfirmationState | undefined,
  page: PageRequest,
): Promise<ConfirmationRow[]> {
  const tenant = toUuid("tenant", tenantId);
  const cursor = readCursor(page, "delivery");
  const isWanted = {
    pending: sql`and e.confirmed_at is null`,
    confirmed: sql`and e.confirmed_at is not null`,
  };
  const rows = await sql<ConfirmationRow[]>`
    select e.delivery_id as "deliveryId", u.external_id as "userId", u.name, e.read_at as "readAt",
      e.confirmed_at as "confirmedAt"
    from inbox_entries e join users u on u.tenant_id = ${tenant} and u.id = e.user_id
    where e.tenant_id = ${tenant} and e.message_id = ${toUuid("message", messageId)} and e.must_confirm
      and e.recalled_at is null ${state ? isWanted[state] : sql``}
      ${cursor ? sql`and e.delivery_id > ${toBigint("dlv", cursor)}` : sql``}
    order by e.delivery_id limit ${page.limit + 1}`;
  return rows.map((row) => ({ ...row, deliveryId: fromBigint("dlv", row.deliveryId) }));
}
