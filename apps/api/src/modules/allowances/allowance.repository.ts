import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { toUuid } from "../../platform/ids.ts";
import type { ChannelRef } from "./change.repository.ts";

export interface AllowanceFilter {
  /** Exactly this one. */
  address?: string | undefined;
  /** Exactly this one. */
  subject?: string | undefined;
  /** `some`: at least one message may be sent; `none`: no more. */
  state?: "some" | "none" | undefined;
}

export interface AllowanceRow {
  id: string;
  address: string;
  subject: string;
  remaining: number;
  knownSince: Date;
  updatedAt: Date;
}

/** Those heard of last first. */
export async function listAllowances(
  { sql }: Tx,
  { tenantId, channelId }: ChannelRef,
  filter: AllowanceFilter & PageRequest,
): Promise<AllowanceRow[]> {
  const cursor = readCursor(filter, "number") ?? null;
  const { address = null, subject = null, state = null } = filter;
  return sql<AllowanceRow[]>`
    select id::text, address, subject, remaining, known_since as "knownSince", updated_at as "updatedAt"
    from recipient_allowances
    where tenant_id = ${toUuid("tenant", tenantId)} and channel_id = ${toUuid("channel", channelId)}
      and (${cursor}::bigint is null or id < ${cursor}::bigint)
      and (${address}::text is null or address = ${address}::text)
      and (${subject}::text is null or subject = ${subject}::text)
      and (${state}::text is null or (remaining > 0) = (${state}::text = 'some'))
    order by id desc limit ${filter.limit + 1}`;
}
