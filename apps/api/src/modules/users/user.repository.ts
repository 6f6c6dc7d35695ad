import { fromUuid, schema, toUuid } from "@tidings/db";
import { and, asc, eq, exists, gt, inArray, or, type SQL, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { isId } from "../../platform/ids.ts";
import { findDepartmentsWithin, findUserDepartments } from "../departments/index.ts";
import { findTagNames } from "../tags/index.ts";
import type { Identity, IdentityScope, UserState } from "./user.rules.ts";

const { identities, tags, userDepartments, users, userTags } = schema;

/** `id` is ours, `externalId` the tenant's. */
export type UserRecord = UserState &
  Pick<typeof users.$inferSelect, "id" | "externalId" | "createdAt" | "updatedAt">;

type UserRow = typeof users.$inferSelect;

export interface UserFilter {
  /** The beginning of a name or of the tenant's id, or an exact address. */
  query?: string | undefined;
  /** A tag's name or id. */
  tag?: string | undefined;
  /** A department's code or id; those below it count. */
  department?: string | undefined;
}

/** Users in the order they were made. */
export async function listUsers(
  tx: Tx,
  tenantId: string,
  filter: UserFilter,
  page: PageRequest,
): Promise<UserRecord[]> {
  const cursor = readCursor(page, "user");
  const rows = await tx.db
    .select()
    .from(users)
    .where(
      and(
        eq(users.tenantId, tenantId),
        cursor ? gt(users.id, cursor) : undefined,
        filter.query ? matches(tx, tenantId, filter.query) : undefined,
        filter.tag ? hasTag(tx, tenantId, filter.tag) : undefined,
        filter.department ? await isWithin(tx, tenantId, filter.department) : undefined,
      ),
    )
    .orderBy(asc(users.id))
    .limit(page.limit + 1);
  return withDetails(tx, tenantId, rows);
}

function matches(tx: Tx, tenantId: string, query: string): SQL | undefined {
  const owners = tx.db
    .select({ userId: identities.userId })
    .from(identities)
    .where(and(eq(identities.tenantId, tenantId), eq(identities.address, query)));
  return or(
    sql`starts_with(${users.externalId}, ${query})`,
    sql`starts_with(${users.name}, ${query})`,
    inArray(users.id, owners),
  );
}

function hasTag(tx: Tx, tenantId: string, tag: string): SQL {
  return exists(
    tx.db
      .select({ tagId: userTags.tagId })
      .from(userTags)
      .innerJoin(tags, and(eq(tags.tenantId, userTags.tenantId), eq(tags.id, userTags.tagId)))
      .where(
        and(
          eq(userTags.tenantId, tenantId),
          eq(userTags.userId, users.id),
          isId("tag", tag) ? eq(tags.id, tag) : eq(tags.name, tag),
        ),
      ),
  );
}

async function isWithin(tx: Tx, tenantId: string, reference: string): Promise<SQL> {
  const departmentIds = await findDepartmentsWithin(tx, tenantId, reference);
  return exists(
    tx.db
      .select({ departmentId: userDepartments.departmentId })
      .from(userDepartments)
      .where(
        and(
          eq(userDepartments.tenantId, tenantId),
          eq(userDepartments.userId, users.id),
          inArray(userDepartments.departmentId, departmentIds),
        ),
      ),
  );
}

export async function findUser(
  tx: Tx,
  tenantId: string,
  externalId: string,
): Promise<UserRecord | undefined> {
  const rows = await tx.db
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.externalId, externalId)));
  const [found] = await withDetails(tx, tenantId, rows);
  return found;
}

/** The users of these ids of the tenant's, kept from changes by others until the transaction ends. */
export async function lockUsers(tx: Tx, tenantId: string, externalIds: string[]): Promise<UserRecord[]> {
  if (externalIds.length === 0) return [];
  const rows = await tx.db
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), inArray(users.externalId, externalIds)))
    .orderBy(asc(users.externalId))
    .for("update");
  return withDetails(tx, tenantId, rows);
}

export async function deleteUsers(tx: Tx, tenantId: string, externalIds: string[]): Promise<void> {
  await tx.db.delete(users).where(and(eq(users.tenantId, tenantId), inArray(users.externalId, externalIds)));
}

async function withDetails(tx: Tx, tenantId: string, rows: UserRow[]): Promise<UserRecord[]> {
  if (rows.length === 0) return [];
  const userIds = rows.map((row) => row.id);
  const found = await tx.db
    .select()
    .from(identities)
    .where(and(eq(identities.tenantId, tenantId), inArray(identities.userId, userIds)))
    .orderBy(asc(identities.id));
  const tagNames = await findTagNames(tx, tenantId, userIds);
  const departments = await findUserDepartments(tx, tenantId, userIds);
  const byUser = new Map<string, Identity[]>(userIds.map((id) => [id, []]));
  for (const row of found) byUser.get(row.userId)?.push(toIdentity(row));
  return rows.map((row) => ({
    ...row,
    identities: byUser.get(row.id) ?? [],
    tags: tagNames.get(row.id) ?? [],
    departments: departments.get(row.id) ?? [],
  }));
}

const toIdentity = (row: typeof identities.$inferSelect): Identity => ({
  kind: row.kind,
  address: row.address,
  scope: toScope(row.scope, row.scopeId),
});

const NIL_UUID = "00000000-0000-0000-0000-000000000000";

function toScope(scope: "all" | "source" | "channel", scopeId: string): IdentityScope {
  if (scope === "source") return { kind: "source", sourceId: fromUuid("source", scopeId) };
  if (scope === "channel") return { kind: "channel", channelId: fromUuid("channel", scopeId) };
  return { kind: "all" };
}

/** The two columns that hold a scope. */
export function fromScope(scope: IdentityScope): { scope: IdentityScope["kind"]; scopeId: string } {
  if (scope.kind === "source") return { scope: "source", scopeId: toUuid("source", scope.sourceId) };
  if (scope.kind === "channel") return { scope: "channel", scopeId: toUuid("channel", scope.channelId) };
  return { scope: "all", scopeId: NIL_UUID };
}
