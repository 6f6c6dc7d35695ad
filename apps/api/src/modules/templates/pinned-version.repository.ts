import { schema } from "@tidings/db";
import { and, eq, getTableColumns, type SQL } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";

const { templates, templateVersions } = schema;

/** A version with the names of its template: what a message pins. */
export type PinnedVersion = typeof templateVersions.$inferSelect &
  Pick<typeof templates.$inferSelect, "code" | "name">;

/** The version that new messages of a template get; undefined when there is no such template or none is published. */
export async function findPublishedVersion(
  tx: Tx,
  tenantId: string,
  by: { templateId: string } | { code: string },
): Promise<PinnedVersion | undefined> {
  const template = "code" in by ? eq(templates.code, by.code) : eq(templates.id, by.templateId);
  return find(tx, tenantId, and(template, eq(templateVersions.state, "published")));
}

/** The version that a message has pinned, whatever has become of it since. */
export async function findVersion(
  tx: Tx,
  tenantId: string,
  versionId: string,
): Promise<PinnedVersion | undefined> {
  return find(tx, tenantId, eq(templateVersions.id, versionId));
}

async function find(
  tx: Tx,
  tenantId: string,
  condition: SQL | undefined,
): Promise<PinnedVersion | undefined> {
  const [row] = await tx.db
    .select({ ...getTableColumns(templateVersions), code: templates.code, name: templates.name })
    .from(templateVersions)
    .innerJoin(
      templates,
      and(eq(templates.tenantId, templateVersions.tenantId), eq(templates.id, templateVersions.templateId)),
    )
    .where(and(eq(templateVersions.tenantId, tenantId), condition));
  return row;
}
