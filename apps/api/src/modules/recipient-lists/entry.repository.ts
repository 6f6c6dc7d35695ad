import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { toUuid } from "../../platform/ids.ts";
import type { RecipientRef } from "../suppressions/index.ts";

export interface EntryRow {
  id: string;
  user: { userId: string; name: string | null } | null;
  kind: string | null;
  address: string | null;
  createdAt: Date;
}

/** Entries in the order they were added; `query` is a user's id or an exact address. */
export async function listEntries(
  { sql }: Tx,
  tenantId: string,
  listId: string,
  filter: PageRequest & { query?: string | undefined },
): Promise<EntryRow[]> {
  const tenant = toUuid("tenant", tenantId);
  const cursor = readCursor(filter, "number") ?? "0";
  const { query = null } = filter;
  const rows = await sql<
    {
      id: string;
      user_id: string | null;
      name: string | null;
      kind: string | null;
      address: string | null;
      created_at: Date;
    }[]
  >`
    select e.id::text, e.user_id, u.name, e.kind, e.address, e.created_at
    from recipient_list_entries e
    left join users u on u.tenant_id = ${tenant} and u.external_id = e.user_id
    where e.tenant_id = ${tenant} and e.list_id = ${toUuid("recipientList", listId)} and e.id > ${cursor}
      and (${query}::text is null or e.user_id = ${query}::text or e.address_key = address_key(${query}::text))
    order by e.id limit ${filter.limit + 1}`;
  return rows.map((row) => ({
    id: row.id,
    user: row.user_id === null ? null : { userId: row.user_id, name: row.name },
    kind: row.kind,
    address: row.address,
    createdAt: row.created_at,
  }));
}

/** Adds who is not on the list yet; answers how many those were. */
export async function insertEntries(
  { sql }: Tx,
  tenantId: string,
  listId: string,
  entries: readonly RecipientRef[],
): Promise<number> {
  const rows = await sql`
    insert into recipient_list_entries (tenant_id, list_id, user_id, kind, address, address_key)
    select ${toUuid("tenant", tenantId)}, ${toUuid("recipientList", listId)}, "userId", kind, address,
      address_key(address)
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as e("userId" text, kind text, address text)
    on conflict do nothing returning 1`;
  return rows.length;
}

/** An entry by its own id, or by whom it is about. */
export type EntryRef = RecipientRef & { id?: string | undefined };

/** Takes these off the list; answers how many were on it. */
export async function deleteEntries(
  { sql }: Tx,
  tenantId: string,
  listId: string,
  entries: readonly EntryRef[],
): Promise<number> {
  const onList = sql`e.tenant_id = ${toUuid("tenant", tenantId)} and e.list_id = ${toUuid("recipientList", listId)}`;
  const rows = await sql`
    with wanted as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
        as w(id bigint, "userId" text, kind text, address text)
    ), found as materialized (
      select w.id from wanted w
      union select (select e.id from recipient_list_entries e
        where ${onList} and e.address_key is null and e.user_id = w."userId" limit 1) from wanted w
      union select (select e.id from recipient_list_entries e
        where ${onList} and e.address_key = address_key(w.address) and e.user_id is null and e.kind = w.kind limit 1)
        from wanted w
    )
    delete from recipient_list_entries e where ${onList} and e.id in (select id from found) returning 1`;
  return rows.length;
}
