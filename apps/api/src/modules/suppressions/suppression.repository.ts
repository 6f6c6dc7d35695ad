import type { Fragment, Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromBigint, fromUuid, newId, toBigint, toUuid } from "../../platform/ids.ts";
import type { RecipientRef, SuppressionOrigin } from "./suppression.rules.ts";

export interface SuppressionRow {
  id: string;
  user: { userId: string; name: string | null } | null;
  kind: string | null;
  address: string | null;
  source: { id: string; name: string } | null;
  origin: SuppressionOrigin;
  code: string | null;
  note: string | null;
  expiresAt: Date | null;
  isActive: boolean;
  by: { kind: "member" | "source" | "platform"; name: string | null };
  delivery: { id: string; messageId: string } | null;
  createdAt: Date;
  updatedAt: Date;
}

interface RawSuppression {
  id: string;
  user_id: string | null;
  user_name: string | null;
  kind: string | null;
  address: string | null;
  source_id: string | null;
  source_name: string | null;
  origin: SuppressionOrigin;
  code: string | null;
  note: string | null;
  expires_at: Date | null;
  is_active: boolean;
  member_id: string | null;
  by_source_id: string | null;
  by_name: string | null;
  delivery_id: string | null;
  message_id: string | null;
  created_at: Date;
  updated_at: Date;
}

export interface SuppressionFilter {
  /** A user's id or an exact address. */
  query?: string | undefined;
  kind?: string | undefined;
  origin?: SuppressionOrigin | undefined;
  sourceId?: string | undefined;
  state?: "active" | "expired" | undefined;
  /** Entries that concern the recipient of this delivery. */
  deliveryId?: string | undefined;
  /** Entries of this user, and of its addresses. */
  userId?: string | undefined;
}

/** Whose entries may be seen: null for all, a source for those of the tenant and its own. */
export type Viewer = string | null;

const isActive = ({ sql }: Tx) => sql`(s.expires_at is null or s.expires_at > now())`;

const isVisible = ({ sql }: Tx, viewer: Viewer) => {
  const source = viewer && toUuid("source", viewer);
  return sql`(${source}::uuid is null or s.source_id is null or s.source_id = ${source}::uuid)`;
};

async function select(tx: Tx, tenant: string, condition: Fragment, limit: number): Promise<SuppressionRow[]> {
  const rows = await tx.sql<RawSuppression[]>`
    select s.id, s.user_id, u.name as user_name, s.kind, s.address, s.source_id, o.name as source_name, s.origin, s.code,
      s.note, s.expires_at, ${isActive(tx)} as is_active, s.member_id, s.by_source_id,
      coalesce(m.name, b.name) as by_name, s.delivery_id::text, d.message_id, s.created_at, s.updated_at
    from suppressions s
    left join users u on u.tenant_id = ${tenant} and u.external_id = s.user_id
    left join sources o on o.tenant_id = ${tenant} and o.id = s.source_id
    left join members m on m.tenant_id = ${tenant} and m.id = s.member_id
    left join sources b on b.tenant_id = ${tenant} and b.id = s.by_source_id
    left join lateral (
      select message_id from deliveries d where d.tenant_id = ${tenant} and d.id = s.delivery_id offset 0
    ) d on true
    where s.tenant_id = ${tenant} and ${condition} order by s.id desc limit ${limit}`;
  return rows.map(toRow);
}

/** Entries, newest first. */
export async function listSuppressions(
  tx: Tx,
  tenantId: string,
  filter: SuppressionFilter & PageRequest,
  viewer: Viewer,
): Promise<SuppressionRow[]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const after = readCursor(filter, "suppression");
  const cursor = after === undefined ? null : toUuid("suppression", after);
  const { query = null, kind = null, origin = null, state = null } = filter;
  const source = filter.sourceId ? toUuid("source", filter.sourceId) : null;
  const condition = sql`${isVisible(tx, viewer)}
    and (${cursor}::uuid is null or s.id < ${cursor}::uuid)
    and (${query}::text is null or s.user_id = ${query}::text or s.address_key = address_key(${query}::text))
    and (${kind}::text is null or s.kind = ${kind}::text)
    and (${origin}::text is null or s.origin = ${origin}::text::suppression_origin)
    and (${source}::uuid is null or s.source_id = ${source}::uuid)
    and (${state}::text is null or ${isActive(tx)} = (${state}::text = 'active'))
    ${filter.deliveryId ? sql`and ${concernsDelivery(tx, tenant, filter.deliveryId)}` : sql``}
    ${filter.userId ? sql`and ${concernsUser(tx, tenant, filter.userId)}` : sql``}`;
  return select(tx, tenant, condition, filter.limit + 1);
}

/** Whether entry `s` is about the user or the address that the delivery was for. */
const concernsDelivery = ({ sql }: Tx, tenant: string, deliveryId: string) => sql`exists(
  select from deliveries d
  left join users r on r.tenant_id = ${tenant} and r.id = d.user_id
  join channels c on c.tenant_id = ${tenant} and c.id = d.channel_id
  where d.tenant_id = ${tenant} and d.id = ${toBigint("dlv", deliveryId)}
    and (s.kind is null or s.kind = c.kind)
    and (s.user_id = r.external_id
      or s.address_key in (address_key(d.address), substring(address_key(d.address) from '@.*$'))))`;

/** Whether entry `s` is about the user of this id of the tenant's, or about one of its addresses. */
const concernsUser = (tx: Tx, tenant: string, userId: string) =>
  tx.sql`(s.user_id = ${userId} or ${isAmong(tx, addressesOf(tx, tenant, userId))})`;

const addressesOf = ({ sql }: Tx, tenant: string, userId: string) => sql`
  select i.kind, i.address from identities i join users r on r.tenant_id = ${tenant} and r.id = i.user_id
  where i.tenant_id = ${tenant} and r.external_id = ${userId}`;

/** Whether entry `s` is about one of these addresses, or the domain of one. */
const isAmong = ({ sql }: Tx, addresses: Fragment) => sql`exists(
  select from (${addresses}) a where a.kind = s.kind
    and s.address_key in (address_key(a.address), substring(address_key(a.address) from '@.*$')))`;

/** What keeps messages to the recipient back now: of a user also the entries of its addresses. */
export async function findActive(
  tx: Tx,
  tenantId: string,
  { userId, kind, address, sourceId }: RecipientRef & { sourceId?: string | undefined },
  viewer: Viewer,
): Promise<SuppressionRow[]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const source = sourceId ? toUuid("source", sourceId) : null;
  const concerned = userId
    ? concernsUser(tx, tenant, userId)
    : isAmong(tx, sql`select ${kind ?? ""}::text as kind, ${address ?? ""}::text as address`);
  const condition = sql`${isVisible(tx, viewer)} and ${isActive(tx)}
    and (${source}::uuid is null or s.source_id is null or s.source_id = ${source}::uuid)
    and (${kind ?? null}::text is null or s.kind is null or s.kind = ${kind ?? null}::text)
    and ${concerned}`;
  return select(tx, tenant, condition, MAX_FOUND);
}

const MAX_FOUND = 100;

export async function findSuppressions(tx: Tx, tenantId: string, ids: string[]): Promise<SuppressionRow[]> {
  const keys = ids.map((id) => toUuid("suppression", id));
  return select(tx, toUuid("tenant", tenantId), tx.sql`s.id = any(${keys}::uuid[])`, keys.length);
}

/** An entry to be saved. */
export interface SuppressionInput extends RecipientRef {
  sourceId: string | null;
  origin: SuppressionOrigin;
  code: string | null;
  note: string | null;
  expiresAt: string | null;
  memberId: string | null;
  bySourceId: string | null;
}

/**
 * Saves entries; one of the same recipient, kind and source is replaced. Answers for each input, in order, which entry it
 * is now, and whether it is new.
 */
export async function saveSuppressions(
  tx: Tx,
  tenantId: string,
  inputs: readonly SuppressionInput[],
): Promise<{ id: string; isNew: boolean }[]> {
  if (inputs.length === 0) return [];
  const tenant = toUuid("tenant", tenantId);
  const wanted = inputs.map((input, index) => ({
    ...input,
    index,
    id: toUuid("suppression", newId("suppression")),
    sourceId: input.sourceId && toUuid("source", input.sourceId),
    memberId: input.memberId && toUuid("member", input.memberId),
    bySourceId: input.bySourceId && toUuid("source", input.bySourceId),
  }));
  // In the order of the recipients, so that two calls with the same ones wait for each other and do not lock up.
  const rows = await tx.sql<{ id: string; is_new: boolean }[]>`
    with wanted as materialized (
      select w.*, address_key(w.address) as address_key,
        jsonb_build_array(address_key(w.address), w."userId", w.kind, w."sourceId") as subject
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(
        index int, id uuid, "userId" text, kind text, address text, "sourceId" uuid, origin suppression_origin,
        code text, note text, "expiresAt" timestamptz, "memberId" uuid, "bySourceId" uuid)
    ), saved as (
      insert into suppressions as s (tenant_id, id, user_id, kind, address, address_key, source_id, origin, code, note,
        expires_at, member_id, by_source_id)
      select distinct on (subject) ${tenant}, id, "userId", kind, address, address_key,
        "sourceId", origin, code, note, "expiresAt", "memberId", "bySourceId"
      from wanted order by subject, index desc
      on conflict (tenant_id, address_key, user_id, kind, source_id) do update set address = excluded.address,
        origin = excluded.origin, code = excluded.code, note = excluded.note, expires_at = excluded.expires_at,
        member_id = excluded.member_id, by_source_id = excluded.by_source_id, delivery_id = null, updated_at = now()
      returning s.id, jsonb_build_array(s.address_key, s.user_id, s.kind, s.source_id) as subject
    )
    select s.id, exists(select from wanted o where o.id = s.id) as is_new
    from wanted w join saved s using (subject) order by w.index`;
  return rows.map((row) => ({ id: fromUuid("suppression", row.id), isNew: row.is_new }));
}

export async function deleteSuppression(tx: Tx, tenantId: string, suppressionId: string): Promise<void> {
  await tx.sql`delete from suppressions
    where tenant_id = ${toUuid("tenant", tenantId)} and id = ${toUuid("suppression", suppressionId)}`;
}

/** Which of these sources there are. */
export async function findKnownSources(
  tx: Tx,
  tenantId: string,
  sourceIds: readonly string[],
): Promise<Set<string>> {
  if (sourceIds.length === 0) return new Set();
  const rows = await tx.sql<{ id: string }[]>`
    select id from sources where tenant_id = ${toUuid("tenant", tenantId)}
      and id = any(${sourceIds.map((id) => toUuid("source", id))}::uuid[]) for key share`;
  return new Set(rows.map((row) => fromUuid("source", row.id)));
}

function toRow(row: RawSuppression): SuppressionRow {
  const by = row.member_id ? "member" : row.by_source_id ? "source" : "platform";
  return {
    id: fromUuid("suppression", row.id),
    user: row.user_id === null ? null : { userId: row.user_id, name: row.user_name },
    kind: row.kind,
    address: row.address,
    source:
      row.source_id === null ? null : { id: fromUuid("source", row.source_id), name: row.source_name ?? "" },
    origin: row.origin,
    code: row.code,
    note: row.note,
    expiresAt: row.expires_at,
    isActive: row.is_active,
    by: { kind: by, name: row.by_name },
    delivery:
      row.delivery_id === null || row.message_id === null
        ? null
        : { id: fromBigint("dlv", row.delivery_id), messageId: fromUuid("message", row.message_id) },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
