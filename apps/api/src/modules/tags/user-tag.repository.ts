import { schema, toUuid } from "@tidings/db";
import { and, asc, eq, inArray, or } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { isId, newId } from "../../platform/ids.ts";
import type { TagRow } from "./tag.repository.ts";

const { tags, userTags } = schema;

/**
 * Creates the tags of these names that are missing and returns those. One statement whatever the number, in the order
 * of the names, so that two callers with the same new names wait for each other instead of locking each other out.
 */
export async function insertMissingTags(tx: Tx, tenantId: string, names: string[]): Promise<TagRow[]> {
  if (names.length === 0) return [];
  const rows = names.map((name) => ({ id: toUuid("tag", newId("tag")), name }));
  const inserted = await tx.sql<{ name: string }[]>`
    insert into tags (tenant_id, id, name)
    select ${toUuid("tenant", tenantId)}, t.id, t.name
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t (id uuid, name text)
    order by t.name
    on conflict (tenant_id, name) do nothing
    returning name`;
  return findTagsByName(
    tx,
    tenantId,
    inserted.map((row) => row.name),
  );
}

/** The tags of these names, kept from deletion until the transaction ends. */
export async function findTagsByName(tx: Tx, tenantId: string, names: string[]): Promise<TagRow[]> {
  if (names.length === 0) return [];
  return tx.db
    .select()
    .from(tags)
    .where(and(eq(tags.tenantId, tenantId), inArray(tags.name, names)))
    .orderBy(asc(tags.name))
    .for("key share");
}

/** The row keys of the tags of these names that there are now. */
export async function findTagKeys(
  { sql }: Tx,
  tenantId: string,
  names: readonly string[],
): Promise<{ key: string; name: string }[]> {
  const rows = await sql<{ key: string; name: string }[]>`
    select id as key, name from tags
    where tenant_id = ${toUuid("tenant", tenantId)} and name = any(${[...names]}::text[]) order by name`;
  return [...rows];
}

/** Reference, a name or an id, → id of the tags that there are; they cannot be deleted meanwhile. */
export async function findTagIds(
  tx: Tx,
  tenantId: string,
  references: readonly string[],
): Promise<Map<string, string>> {
  if (references.length === 0) return new Map();
  const ids = references.filter((reference) => isId("tag", reference));
  const rows = await tx.db
    .select({ id: tags.id, name: tags.name })
    .from(tags)
    .where(
      and(
        eq(tags.tenantId, tenantId),
        or(inArray(tags.name, [...references]), ids.length > 0 ? inArray(tags.id, ids) : undefined),
      ),
    )
    .for("key share");
  return new Map(
    rows.flatMap(({ id, name }): [string, string][] => [
      [id, id],
      [name, id],
    ]),
  );
}

/** Gives each of these users exactly these tags. */
export async function replaceUserTags(
  tx: Tx,
  tenantId: string,
  wanted: readonly { userId: string; tagIds: readonly string[] }[],
): Promise<void> {
  if (wanted.length === 0) return;
  const tenant = toUuid("tenant", tenantId);
  const userIds = wanted.map(({ userId }) => toUuid("user", userId));
  const pairs = wanted.flatMap(({ userId, tagIds }) =>
    tagIds.map((tagId) => ({ user_id: toUuid("user", userId), tag_id: toUuid("tag", tagId) })),
  );
  await tx.sql`
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as w (user_id uuid, tag_id uuid)
    ), removed as (
      delete from user_tags t
      where t.tenant_id = ${tenant} and t.user_id = any(${userIds}::uuid[])
        and not exists (select from wanted w where w.user_id = t.user_id and w.tag_id = t.tag_id)
    )
    insert into user_tags (tenant_id, tag_id, user_id)
    select ${tenant}, tag_id, user_id from wanted
    on conflict do nothing`;
}

/** The names of each user's tags, in alphabetical order. */
export async function findTagNames(
  tx: Tx,
  tenantId: string,
  userIds: string[],
): Promise<Map<string, string[]>> {
  if (userIds.length === 0) return new Map();
  const rows = await tx.db
    .select({ userId: userTags.userId, name: tags.name })
    .from(userTags)
    .innerJoin(tags, and(eq(tags.tenantId, userTags.tenantId), eq(tags.id, userTags.tagId)))
    .where(and(eq(userTags.tenantId, tenantId), inArray(userTags.userId, userIds)))
    .orderBy(asc(tags.name));
  const names = new Map<string, string[]>();
  for (const { userId, name } of rows) {
    const list = names.get(userId);
    if (list) list.push(name);
    else names.set(userId, [name]);
  }
  return names;
}
