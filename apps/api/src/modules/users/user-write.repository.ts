/**
 * Writing many users at once. Each statement takes its rows as one JSON value: a thousand users with all their
 * identities would be more parameters than a statement may have.
 */
import { schema, toUuid } from "@tidings/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { newId } from "../../platform/ids.ts";
import { fromScope } from "./user.repository.ts";
import type { Identity, IdentityScope, UserState } from "./user.rules.ts";

const { channels, identities, sources } = schema;

/**
 * Inserts the users that are missing and returns their ids of the tenant's. In the order of these ids, so that two
 * callers with the same new users wait for each other instead of locking each other out.
 */
export async function insertMissingUsers(
  tx: Tx,
  tenantId: string,
  rows: readonly ({ externalId: string } & Pick<UserState, "name" | "attributes">)[],
): Promise<Set<string>> {
  const values = rows.map(({ externalId, name, attributes }) => ({
    id: toUuid("user", newId("user")),
    external_id: externalId,
    name,
    attributes,
  }));
  const inserted = await tx.sql<{ external_id: string }[]>`
    insert into users (tenant_id, id, external_id, name, attributes)
    select ${toUuid("tenant", tenantId)}, u.id, u.external_id, u.name, u.attributes
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb)
      as u (id uuid, external_id text, name text, attributes jsonb)
    order by u.external_id
    on conflict (tenant_id, external_id) do nothing
    returning external_id`;
  return new Set(inserted.map((row) => row.external_id));
}

export async function updateUsers(
  tx: Tx,
  tenantId: string,
  rows: readonly ({ id: string } & Pick<UserState, "name" | "attributes">)[],
  updatedAt: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ id, name, attributes }) => ({ id: toUuid("user", id), name, attributes }));
  await tx.sql`
    update users u set name = v.name, attributes = v.attributes, updated_at = ${updatedAt}
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as v (id uuid, name text, attributes jsonb)
    where u.tenant_id = ${toUuid("tenant", tenantId)} and u.id = v.id`;
}

/** Sets these identities; those of another kind or scope stay. */
export async function upsertIdentities(
  tx: Tx,
  tenantId: string,
  rows: readonly (Identity & { userId: string })[],
  updatedAt: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ userId, kind, address, scope }) => ({
    id: toUuid("identity", newId("identity")),
    user_id: toUuid("user", userId),
    kind,
    address,
    scope: fromScope(scope).scope,
    scope_id: fromScope(scope).scopeId,
  }));
  await tx.sql`
    insert into identities (tenant_id, id, user_id, kind, address, scope, scope_id)
    select ${toUuid("tenant", tenantId)}, i.id, i.user_id, i.kind, i.address, i.scope, i.scope_id
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb)
      as i (id uuid, user_id uuid, kind text, address text, scope identity_scope, scope_id uuid)
    on conflict (tenant_id, user_id, kind, scope, scope_id)
      do update set address = excluded.address, updated_at = ${updatedAt}
      where identities.address <> excluded.address`;
}

/** True when there was such an identity. */
export async function deleteIdentity(
  tx: Tx,
  tenantId: string,
  userId: string,
  kind: string,
  scope: IdentityScope,
): Promise<boolean> {
  const columns = fromScope(scope);
  const rows = await tx.db
    .delete(identities)
    .where(
      and(
        eq(identities.tenantId, tenantId),
        eq(identities.userId, userId),
        eq(identities.kind, kind),
        eq(identities.scope, columns.scope),
        eq(identities.scopeId, columns.scopeId),
      ),
    )
    .returning({ id: identities.id });
  return rows.length > 0;
}

/** Which of these sources are the tenant's. */
export async function findSourceIds(tx: Tx, tenantId: string, sourceIds: string[]): Promise<Set<string>> {
  if (sourceIds.length === 0) return new Set();
  const rows = await tx.db
    .select({ id: sources.id })
    .from(sources)
    .where(and(eq(sources.tenantId, tenantId), inArray(sources.id, sourceIds)));
  return new Set(rows.map((row) => row.id));
}

/** The kinds of those of these channels that are the tenant's. */
export async function findChannelKinds(
  tx: Tx,
  tenantId: string,
  channelIds: string[],
): Promise<Map<string, string>> {
  if (channelIds.length === 0) return new Map();
  const rows = await tx.db
    .select({ id: channels.id, kind: channels.kind })
    .from(channels)
    .where(and(eq(channels.tenantId, tenantId), inArray(channels.id, channelIds)));
  return new Map(rows.map((row) => [row.id, row.kind]));
}
