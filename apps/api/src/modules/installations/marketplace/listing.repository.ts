import type { Envelope } from "@tidings/sdk/package";
import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";

/** What people see of a listed version beside what it is judged by. */
export interface ListingFacts {
  signatures: Pick<Envelope["signatures"][number], "role" | "keyId">[];
  sizeBytes: number;
  publisherName: string | null;
}

/** By version. */
export async function readListingFacts(
  { sql }: Tx,
  registryId: string,
  pluginId: string,
): Promise<Map<string, ListingFacts>> {
  const rows = await sql<
    { version: string; envelope: Partial<Envelope>; size_bytes: number; publisher_name: string | null }[]
  >`
    select l.version, l.envelope, octet_length(p.archive) as size_bytes,
      (select name from publishers where slug = split_part(l.plugin_id, '/', 1)) as publisher_name
    from plugin_listings l join plugin_packages p on p.sha256 = l.sha256
    where l.registry_id = ${toUuid("registry", registryId)} and l.plugin_id = ${pluginId} and l.state = 'listed'`;
  return new Map(
    rows.map(({ version, envelope, size_bytes: sizeBytes, publisher_name: publisherName }) => [
      version,
      {
        signatures: (envelope.signatures ?? []).map(({ role, keyId }) => ({ role, keyId })),
        sizeBytes,
        publisherName,
      },
    ]),
  );
}
