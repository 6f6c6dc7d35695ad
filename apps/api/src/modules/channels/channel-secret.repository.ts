import { schema } from "@tidings/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";

const { channelSecrets, tenantKeys } = schema;

const secretsOf = (tenantId: string, channelId: string) =>
  and(eq(channelSecrets.tenantId, tenantId), eq(channelSecrets.channelId, channelId));

export interface SealedSecret {
  field: string;
  ciphertext: Uint8Array;
  keyVersion: number;
}

/** Puts the sealed secrets in the place of those of the same fields. */
export async function replaceSecrets(
  tx: Tx,
  tenantId: string,
  channelId: string,
  sealed: SealedSecret[],
  updatedAt: Date,
): Promise<void> {
  if (sealed.length === 0) return;
  // Not one upsert: reading `excluded.ciphertext` would need a right that the API's role does not have.
  await deleteSecrets(
    tx,
    tenantId,
    channelId,
    sealed.map(({ field }) => field),
  );
  await tx.db
    .insert(channelSecrets)
    .values(sealed.map((secret) => ({ tenantId, channelId, updatedAt, ...secret })));
}

export async function deleteSecrets(
  tx: Tx,
  tenantId: string,
  channelId: string,
  fields: string[],
): Promise<void> {
  if (fields.length === 0) return;
  await tx.db
    .delete(channelSecrets)
    .where(and(secretsOf(tenantId, channelId), inArray(channelSecrets.field, fields)));
}

/** The channel's secrets, each with the wrapped data key it was sealed with. For the worker's role only. */
export async function listSealedSecrets(
  tx: Tx,
  tenantId: string,
  channelId: string,
): Promise<(SealedSecret & { wrappedKey: Uint8Array })[]> {
  return tx.db
    .select({
      field: channelSecrets.field,
      ciphertext: channelSecrets.ciphertext,
      keyVersion: channelSecrets.keyVersion,
      wrappedKey: tenantKeys.wrappedKey,
    })
    .from(channelSecrets)
    .innerJoin(
      tenantKeys,
      and(
        eq(tenantKeys.tenantId, channelSecrets.tenantId),
        eq(tenantKeys.version, channelSecrets.keyVersion),
      ),
    )
    .where(secretsOf(tenantId, channelId));
}
