import { schema } from "@tidings/db";
import { and, eq, lt, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import type { TokenPlace } from "../../platform/plugin-runtime/index.ts";

const { accessTokens, tenantKeys } = schema;

const at = ({ tenantId, channelId, revision, scheme }: TokenPlace) =>
  and(
    eq(accessTokens.tenantId, tenantId),
    eq(accessTokens.channelId, channelId),
    eq(accessTokens.revision, revision),
    eq(accessTokens.scheme, scheme),
  );

const heldBy = (place: TokenPlace, lease: string) => and(at(place), eq(accessTokens.leaseToken, lease));

export interface SealedToken {
  version: number;
  ciphertext: Uint8Array;
  keyVersion: number;
  renewAt: Date;
  expiresAt: Date;
}

/** The token of a place with the wrapped data key it was sealed with, if one is kept. For the worker's role only. */
export async function findSealedToken(
  tx: Tx,
  place: TokenPlace,
): Promise<(SealedToken & { wrappedKey: Uint8Array }) | undefined> {
  const [row] = await tx.db
    .select({ token: accessTokens, wrappedKey: tenantKeys.wrappedKey })
    .from(accessTokens)
    .innerJoin(
      tenantKeys,
      and(eq(tenantKeys.tenantId, accessTokens.tenantId), eq(tenantKeys.version, accessTokens.keyVersion)),
    )
    .where(at(place));
  if (!row) return undefined;
  const { version, ciphertext, keyVersion, renewAt, expiresAt } = row.token;
  if (!ciphertext || keyVersion === null || !renewAt || !expiresAt) return undefined;
  return { version, ciphertext, keyVersion, renewAt, expiresAt, wrappedKey: row.wrappedKey };
}

/** Takes the lease of a place by the database's clock; false if it is held, or a token was kept that will do. */
export async function takeLease(
  tx: Tx,
  place: TokenPlace,
  lease: string,
  { above, at: moment, leaseMs }: { above: number; at: Date; leaseMs: number },
): Promise<boolean> {
  const leaseUntil = sql`now() + ${leaseMs} * interval '1 millisecond'`;
  const taken = await tx.db
    .insert(accessTokens)
    .values({ ...place, version: above, leaseToken: lease, leaseUntil })
    .onConflictDoUpdate({
      target: [accessTokens.tenantId, accessTokens.channelId, accessTokens.revision, accessTokens.scheme],
      set: {
        version: sql`greatest(${accessTokens.version}, ${above})`,
        leaseToken: lease,
        leaseUntil,
      },
      setWhere: sql`(${accessTokens.leaseUntil} is null or ${accessTokens.leaseUntil} < now())
        and (${accessTokens.renewAt} is null or ${accessTokens.version} <= ${above}
          or ${accessTokens.renewAt} <= ${moment.toISOString()})`,
    })
    .returning({ version: accessTokens.version });
  return taken.length > 0;
}

/** Keeps the token and ends the lease; the new version, or undefined if the lease is another's by now. */
export async function saveToken(
  tx: Tx,
  place: TokenPlace,
  lease: string,
  token: Omit<SealedToken, "version">,
): Promise<number | undefined> {
  const [saved] = await tx.db
    .update(accessTokens)
    .set({ ...token, version: sql`${accessTokens.version} + 1`, leaseToken: null, leaseUntil: null })
    .where(heldBy(place, lease))
    .returning({ version: accessTokens.version });
  return saved?.version;
}

export async function endLease(tx: Tx, place: TokenPlace, lease: string): Promise<void> {
  await tx.db.update(accessTokens).set({ leaseToken: null, leaseUntil: null }).where(heldBy(place, lease));
}

/** Forgets the tokens of the channel's earlier settings and secrets. */
export async function deleteEarlierTokens(tx: Tx, place: TokenPlace): Promise<void> {
  await tx.db
    .delete(accessTokens)
    .where(
      and(
        eq(accessTokens.tenantId, place.tenantId),
        eq(accessTokens.channelId, place.channelId),
        lt(accessTokens.revision, place.revision),
      ),
    );
}
