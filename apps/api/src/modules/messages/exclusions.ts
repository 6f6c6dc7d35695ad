import type { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid } from "../../platform/ids.ts";
import { findRecipientList } from "../recipient-lists/index.ts";

/** Whom a message was asked to leave out. */
export interface Exclusions {
  deduplicateSeconds: number | null;
  allowList: { id: string; name: string } | null;
  denyList: { id: string; name: string } | null;
}

/** The options that leave recipients out, with the names of the lists; one that is gone is called by its id. */
export async function describeExclusions(
  tx: Tx,
  tenantId: string,
  { deduplicateSeconds, allowListId, denyListId }: schema.SendingOptions,
): Promise<Exclusions> {
  const named = async (key: string | undefined) => {
    if (key === undefined) return null;
    const id = fromUuid("recipientList", key);
    return { id, name: (await findRecipientList(tx, tenantId, id))?.name ?? id };
  };
  return {
    deduplicateSeconds: deduplicateSeconds ?? null,
    allowList: await named(allowListId),
    denyList: await named(denyListId),
  };
}
