import { schema } from "@tidings/db";
import { and, asc, desc, eq, gt, inArray, ne, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

const { messages, series, templates, templateVersions } = schema;

export type TemplateRow = typeof templates.$inferSelect;
export type TemplateVersionRow = typeof templateVersions.$inferSelect;

/** A version that is not retired, as lists show it. */
export type LiveVersion = Pick<TemplateVersionRow, "number" | "state"> & { kinds: string[] };
export type TemplateWithVersions = TemplateRow & { liveVersions: LiveVersion[] };

/** Versions that the page of a template shows. */
const SHOWN_VERSIONS = 20;

const thisTemplate = (tenantId: string, templateId: string) =>
  and(eq(templates.tenantId, tenantId), eq(templates.id, templateId));

const versionsOf = (tenantId: string, templateId: string) =>
  and(eq(templateVersions.tenantId, tenantId), eq(templateVersions.templateId, templateId));

export async function insertTemplate(tx: Tx, row: typeof templates.$inferInsert): Promise<TemplateRow> {
  const [saved] = await tx.db.insert(templates).values(row).returning();
  return saved as TemplateRow;
}

export async function findTemplate(
  tx: Tx,
  tenantId: string,
  templateId: string,
): Promise<TemplateWithVersions | undefined> {
  const rows = await tx.db.select().from(templates).where(thisTemplate(tenantId, templateId));
  const [found] = await withLiveVersions(tx, tenantId, rows);
  return found;
}

/** Keeps others from changing the template's versions until the transaction ends. */
export async function lockTemplate(
  tx: Tx,
  tenantId: string,
  templateId: string,
): Promise<TemplateRow | undefined> {
  const [row] = await tx.db.select().from(templates).where(thisTemplate(tenantId, templateId)).for("update");
  return row;
}

/** Templates in the order they were made. */
export async function listTemplates(
  tx: Tx,
  tenantId: string,
  page: PageRequest,
): Promise<TemplateWithVersions[]> {
  const cursor = readCursor(page, "template");
  const rows = await tx.db
    .select()
    .from(templates)
    .where(and(eq(templates.tenantId, tenantId), cursor ? gt(templates.id, cursor) : undefined))
    .orderBy(asc(templates.id))
    .limit(page.limit + 1);
  return withLiveVersions(tx, tenantId, rows);
}

async function withLiveVersions(
  tx: Tx,
  tenantId: string,
  rows: TemplateRow[],
): Promise<TemplateWithVersions[]> {
  if (rows.length === 0) return [];
  const versions = await tx.db
    .select({
      templateId: templateVersions.templateId,
      number: templateVersions.number,
      state: templateVersions.state,
      kinds: sql<string[]>`array(select jsonb_object_keys(${templateVersions.renderings}))`,
    })
    .from(templateVersions)
    .where(
      and(
        eq(templateVersions.tenantId, tenantId),
        inArray(
          templateVersions.templateId,
          rows.map((row) => row.id),
        ),
        ne(templateVersions.state, "retired"),
      ),
    )
    .orderBy(desc(templateVersions.number));
  return rows.map((row) => ({
    ...row,
    liveVersions: versions.filter((version) => version.templateId === row.id),
  }));
}

export async function renameTemplate(
  tx: Tx,
  tenantId: string,
  templateId: string,
  changes: Pick<TemplateRow, "name" | "updatedAt">,
): Promise<void> {
  await tx.db.update(templates).set(changes).where(thisTemplate(tenantId, templateId));
}

/** The templates whose published version has a rendering for the kind, at most twenty. */
export async function listTemplatesFor(
  { sql }: Tx,
  tenantId: string,
  kind: string,
): Promise<{ id: string; name: string }[]> {
  const rows = await sql<{ id: string; name: string }[]>`
    select t.id, t.name
    from templates t join template_versions v on v.tenant_id = t.tenant_id and v.template_id = t.id
    where t.tenant_id = ${toUuid("tenant", tenantId)} and v.state = 'published' and jsonb_exists(v.renderings, ${kind})
    order by t.name
    limit 20`;
  return rows.map(({ id, name }) => ({ id: fromUuid("template", id), name }));
}

export async function deleteTemplate(tx: Tx, tenantId: string, templateId: string): Promise<void> {
  await tx.db.delete(templates).where(thisTemplate(tenantId, templateId));
}

/** Whether a message or series was ever made from the template: it pins a version, and its history shows that version. */
export async function isUsed(tx: Tx, tenantId: string, templateId: string): Promise<boolean> {
  const versionIds = tx.db
    .select({ id: templateVersions.id })
    .from(templateVersions)
    .where(versionsOf(tenantId, templateId));
  const made = [messages, series].map((table) =>
    tx.db
      .select({ id: sql`1` })
      .from(table)
      .where(and(eq(table.tenantId, tenantId), inArray(table.templateVersionId, versionIds)))
      .limit(1),
  );
  return (await Promise.all(made)).some((rows) => rows.length > 0);
}

/** The latest versions, newest first. */
export async function listVersions(
  tx: Tx,
  tenantId: string,
  templateId: string,
): Promise<TemplateVersionRow[]> {
  return tx.db
    .select()
    .from(templateVersions)
    .where(versionsOf(tenantId, templateId))
    .orderBy(desc(templateVersions.number))
    .limit(SHOWN_VERSIONS);
}

export async function findVersionByNumber(
  tx: Tx,
  tenantId: string,
  templateId: string,
  number: number,
): Promise<TemplateVersionRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(templateVersions)
    .where(and(versionsOf(tenantId, templateId), eq(templateVersions.number, number)));
  return row;
}

export async function findVersionInState(
  tx: Tx,
  tenantId: string,
  templateId: string,
  state: "draft" | "published",
): Promise<TemplateVersionRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(templateVersions)
    .where(and(versionsOf(tenantId, templateId), eq(templateVersions.state, state)));
  return row;
}

/** Where there is a draft, it is the newest: no version is made beside one. */
export async function findNewestVersion(
  tx: Tx,
  tenantId: string,
  templateId: string,
): Promise<TemplateVersionRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(templateVersions)
    .where(versionsOf(tenantId, templateId))
    .orderBy(desc(templateVersions.number))
    .limit(1);
  return row;
}

export async function insertVersion(
  tx: Tx,
  row: typeof templateVersions.$inferInsert,
): Promise<TemplateVersionRow> {
  const [saved] = await tx.db.insert(templateVersions).values(row).returning();
  return saved as TemplateVersionRow;
}

/** Changes a version that is still in the given state; undefined when it no longer is. */
export async function updateVersionInState(
  tx: Tx,
  version: Pick<TemplateVersionRow, "tenantId" | "id" | "state">,
  changes: Partial<typeof templateVersions.$inferInsert>,
): Promise<TemplateVersionRow | undefined> {
  const [saved] = await tx.db
    .update(templateVersions)
    .set(changes)
    .where(
      and(
        eq(templateVersions.tenantId, version.tenantId),
        eq(templateVersions.id, version.id),
        eq(templateVersions.state, version.state),
      ),
    )
    .returning();
  return saved;
}
