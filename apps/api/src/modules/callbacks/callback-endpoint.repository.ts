import { schema } from "@tidings/db";
import { and, asc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { LEASE_MS } from "./callback.rules.ts";

const { callbackEndpoints, callbackSecrets, callbacks } = schema;

type Row = typeof callbackEndpoints.$inferSelect;

/** What calls are signed with, as far as the API may know it. */
export interface SecretInfo {
  version: number;
  createdAt: Date;
  expiresAt: Date | null;
}

export interface EndpointRow extends Omit<Row, "tenantId" | "failureCount" | "nextAt"> {
  secrets: SecretInfo[];
  counts: { waiting: number; dead: number };
}

const thisEndpoint = (tenantId: string, endpointId: string) =>
  and(eq(callbackEndpoints.tenantId, tenantId), eq(callbackEndpoints.id, endpointId));

/** Keeps others from giving the source endpoints until the transaction ends; so its number holds. */
export async function lockSource(tx: Tx, tenantId: string, sourceId: string): Promise<void> {
  await tx.sql`select from sources where tenant_id = ${toUuid("tenant", tenantId)}
    and id = ${toUuid("source", sourceId)} for no key update`;
}

export async function countEndpoints(tx: Tx, tenantId: string, sourceId: string): Promise<number> {
  return tx.db.$count(
    callbackEndpoints,
    and(eq(callbackEndpoints.tenantId, tenantId), eq(callbackEndpoints.sourceId, sourceId)),
  );
}

export async function insertEndpoint(
  tx: Tx,
  row: Pick<Row, "tenantId" | "id" | "sourceId" | "url" | "eventTypes">,
): Promise<void> {
  await tx.db.insert(callbackEndpoints).values(row);
}

/** The source's endpoints in the order they were made, or the one of that id. */
export async function listEndpoints(
  tx: Tx,
  tenantId: string,
  sourceId: string,
  endpointId?: string,
): Promise<EndpointRow[]> {
  const rows = await tx.db
    .select()
    .from(callbackEndpoints)
    .where(
      and(
        eq(callbackEndpoints.tenantId, tenantId),
        eq(callbackEndpoints.sourceId, sourceId),
        endpointId === undefined ? undefined : eq(callbackEndpoints.id, endpointId),
      ),
    )
    .orderBy(asc(callbackEndpoints.id));
  const whole: EndpointRow[] = [];
  for (const { tenantId: _, failureCount: __, nextAt: ___, ...row } of rows) {
    const secrets = await listLiveSecrets(tx, tenantId, row.id);
    whole.push({ ...row, secrets, counts: await countCallbacks(tx, tenantId, row.id) });
  }
  return whole;
}

/** What calls are signed with now, the current one first. */
async function listLiveSecrets(tx: Tx, tenantId: string, endpointId: string): Promise<SecretInfo[]> {
  return tx.db
    .select({
      version: callbackSecrets.version,
      createdAt: callbackSecrets.createdAt,
      expiresAt: callbackSecrets.expiresAt,
    })
    .from(callbackSecrets)
    .where(
      and(
        eq(callbackSecrets.tenantId, tenantId),
        eq(callbackSecrets.endpointId, endpointId),
        or(isNull(callbackSecrets.expiresAt), gt(callbackSecrets.expiresAt, sql`now()`)),
      ),
    )
    .orderBy(sql`version desc`);
}

async function countCallbacks(tx: Tx, tenantId: string, endpointId: string): Promise<EndpointRow["counts"]> {
  const rows = await tx.sql<{ state: "waiting" | "dead"; count: number }[]>`
    select state, count(*)::int as count from callbacks
    where tenant_id = ${toUuid("tenant", tenantId)} and endpoint_id = ${toUuid("callbackEndpoint", endpointId)}
      and state in ('waiting', 'dead') group by state`;
  const countOf = (state: string) => rows.find((row) => row.state === state)?.count ?? 0;
  return { waiting: countOf("waiting"), dead: countOf("dead") };
}

/** Keeps an endpoint as it is until the transaction ends; undefined when the source has no such endpoint. */
export async function lockEndpoint(
  tx: Tx,
  tenantId: string,
  sourceId: string,
  endpointId: string,
): Promise<Row | undefined> {
  const [row] = await tx.db
    .select()
    .from(callbackEndpoints)
    .where(and(thisEndpoint(tenantId, endpointId), eq(callbackEndpoints.sourceId, sourceId)))
    .for("no key update");
  return row;
}

export async function updateEndpoint(
  tx: Tx,
  tenantId: string,
  endpointId: string,
  changes: Partial<Row> & { updatedAt: Date },
): Promise<void> {
  await tx.db.update(callbackEndpoints).set(changes).where(thisEndpoint(tenantId, endpointId));
}

export async function deleteEndpoint(tx: Tx, tenantId: string, endpointId: string): Promise<void> {
  await tx.db.delete(callbackEndpoints).where(thisEndpoint(tenantId, endpointId));
}

/** Lets what waits for its next try be tried now; what is being tried is left alone. */
export async function wakeCallbacks(tx: Tx, tenantId: string, endpointId: string): Promise<void> {
  await tx.db
    .update(callbacks)
    .set({ nextAt: sql`now()` })
    .where(
      and(
        eq(callbacks.tenantId, tenantId),
        eq(callbacks.endpointId, endpointId),
        eq(callbacks.state, "waiting"),
        gt(callbacks.nextAt, sql`now() + make_interval(secs => ${LEASE_MS / 1000})`),
      ),
    );
}

export interface SealedCallbackSecret {
  version: number;
  ciphertext: Uint8Array;
  keyVersion: number;
}

const secretsOf = (tenantId: string, endpointId: string) =>
  and(eq(callbackSecrets.tenantId, tenantId), eq(callbackSecrets.endpointId, endpointId));

export async function findCurrentVersion(tx: Tx, tenantId: string, endpointId: string): Promise<number> {
  const [row] = await tx.db
    .select({ version: sql<number>`coalesce(max(${callbackSecrets.version}), 0)` })
    .from(callbackSecrets)
    .where(secretsOf(tenantId, endpointId));
  return row?.version ?? 0;
}

export async function insertSecret(
  tx: Tx,
  tenantId: string,
  endpointId: string,
  sealed: SealedCallbackSecret,
): Promise<void> {
  await tx.db.insert(callbackSecrets).values({ tenantId, endpointId, ...sealed });
}

/** Leaves of the secrets the one of that version, and that one for so long. */
export async function endSecrets(
  tx: Tx,
  tenantId: string,
  endpointId: string,
  version: number,
  overlapSeconds: number,
): Promise<void> {
  await tx.db
    .delete(callbackSecrets)
    .where(and(secretsOf(tenantId, endpointId), lt(callbackSecrets.version, version)));
  await tx.db
    .update(callbackSecrets)
    .set({ expiresAt: sql`now() + make_interval(secs => ${overlapSeconds})` })
    .where(and(secretsOf(tenantId, endpointId), eq(callbackSecrets.version, version)));
}
