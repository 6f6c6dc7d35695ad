import { schema } from "@tidings/db";
import { and, asc, eq, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

const { vendorTemplates, vendorTemplateSyncs } = schema;

export type VendorTemplateRow = typeof vendorTemplates.$inferSelect;
export type SyncRow = typeof vendorTemplateSyncs.$inferSelect;

export interface VendorTemplateFilter {
  kind?: VendorTemplateRow["kind"] | undefined;
  state?: VendorTemplateRow["state"] | undefined;
  /** Exactly this one. */
  code?: string | undefined;
}

/** Rows that one statement inserts: it bounds the number of its parameters. */
const ROWS_AT_ONCE = 500;

const ofChannel = (tenantId: string, channelId: string) =>
  and(eq(vendorTemplates.tenantId, tenantId), eq(vendorTemplates.channelId, channelId));

const thisSync = (tenantId: string, channelId: string) =>
  and(eq(vendorTemplateSyncs.tenantId, tenantId), eq(vendorTemplateSyncs.channelId, channelId));

/** What a list is sorted by: signatures first, then templates, each by its code. */
export const keyOf = ({ kind, code }: Pick<VendorTemplateRow, "kind" | "code">): string => `${kind}/${code}`;

const key = sql<string>`(${vendorTemplates.kind} || '/' || ${vendorTemplates.code}) collate "C"`;

export async function listVendorTemplates(
  tx: Tx,
  tenantId: string,
  channelId: string,
  { kind, state, code }: VendorTemplateFilter,
  page: PageRequest,
): Promise<VendorTemplateRow[]> {
  const cursor = readCursor(page, "name");
  return tx.db
    .select()
    .from(vendorTemplates)
    .where(
      and(
        ofChannel(tenantId, channelId),
        kind ? eq(vendorTemplates.kind, kind) : undefined,
        state ? eq(vendorTemplates.state, state) : undefined,
        code === undefined ? undefined : eq(vendorTemplates.code, code),
        cursor === undefined ? undefined : sql`${key} > ${cursor}`,
      ),
    )
    .orderBy(asc(key))
    .limit(page.limit + 1);
}

export async function findSync(tx: Tx, tenantId: string, channelId: string): Promise<SyncRow | undefined> {
  const [row] = await tx.db.select().from(vendorTemplateSyncs).where(thisSync(tenantId, channelId));
  return row;
}

/** How an attempt ended. Locks the channel's row, so that two lists are never mixed. */
export async function saveSync(tx: Tx, row: SyncRow): Promise<void> {
  const { tenantId, channelId, ...changes } = row;
  await tx.db
    .insert(vendorTemplateSyncs)
    .values({ tenantId, channelId, ...changes })
    .onConflictDoUpdate({
      target: [vendorTemplateSyncs.tenantId, vendorTemplateSyncs.channelId],
      set: changes,
    });
}

/** Puts a list in the place of the one that was kept. */
export async function replaceTemplates(
  tx: Tx,
  tenantId: string,
  channelId: string,
  rows: readonly Omit<VendorTemplateRow, "tenantId" | "channelId">[],
): Promise<void> {
  await tx.db.delete(vendorTemplates).where(ofChannel(tenantId, channelId));
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const some = rows.slice(start, start + ROWS_AT_ONCE);
    await tx.db.insert(vendorTemplates).values(some.map((row) => ({ tenantId, channelId, ...row })));
  }
}

/** What the channels of a kind know of a template by its code. */
export interface KnownTemplate {
  channelId: string;
  channelName: string;
  pluginId: string;
  /** Null where the channel's list does not have it. */
  state: VendorTemplateRow["state"] | null;
}

/** One for each channel that is on and whose list was read; a tenant has few channels of a kind. */
export async function findByCode(
  { sql: query }: Tx,
  tenantId: string,
  code: string,
  channel: { kind: string; id?: string | undefined },
): Promise<KnownTemplate[]> {
  const tenant = toUuid("tenant", tenantId);
  const only = channel.id === undefined ? null : toUuid("channel", channel.id);
  const rows = await query<
    { id: string; name: string; plugin_id: string; state: VendorTemplateRow["state"] | null }[]
  >`
    select c.id, c.name, c.plugin_id, t.state
    from channels c
    join vendor_template_syncs s on s.tenant_id = c.tenant_id and s.channel_id = c.id and s.synced_at is not null
    left join vendor_templates t on t.tenant_id = c.tenant_id and t.channel_id = c.id
      and t.kind = 'template' and t.code = ${code}
    where c.tenant_id = ${tenant} and c.kind = ${channel.kind} and c.state = 'on'
      and (${only}::uuid is null or c.id = ${only}::uuid)
    order by c.name
    limit 100`;
  return rows.map((row) => ({
    channelId: fromUuid("channel", row.id),
    channelName: row.name,
    pluginId: row.plugin_id,
    state: row.state,
  }));
}
