import { schema } from "@tidings/db";
import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import type { SealedCallbackSecret } from "./callback-endpoint.repository.ts";

const { callbackSecrets, tenantKeys } = schema;

/** The endpoint's live secrets, each with the wrapped data key it was sealed with. For the worker's role only. */
export async function listSealedSecrets(
  tx: Tx,
  { tenantId, endpointId }: { tenantId: string; endpointId: string },
): Promise<(SealedCallbackSecret & { wrappedKey: Uint8Array })[]> {
  return tx.db
    .select({
      version: callbackSecrets.version,
      ciphertext: callbackSecrets.ciphertext,
      keyVersion: callbackSecrets.keyVersion,
      wrappedKey: tenantKeys.wrappedKey,
    })
    .from(callbackSecrets)
    .innerJoin(
      tenantKeys,
      and(
        eq(tenantKeys.tenantId, callbackSecrets.tenantId),
        eq(tenantKeys.version, callbackSecrets.keyVersion),
      ),
    )
    .where(
      and(
        eq(callbackSecrets.tenantId, tenantId),
        eq(callbackSecrets.endpointId, endpointId),
        or(isNull(callbackSecrets.expiresAt), gt(callbackSecrets.expiresAt, sql`now()`)),
      ),
    )
    .orderBy(desc(callbackSecrets.version));
}
