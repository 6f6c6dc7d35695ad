import { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";

/** A message or series with its audience. */
export interface AudienceHolder {
  kind: "message" | "series";
  id: string;
  audience: schema.Audience;
}

/** Notes which messages and series go to a segment or file; those that go elsewhere cost nothing. */
export async function recordAudienceUses(
  tx: Tx,
  tenantId: string,
  holders: readonly AudienceHolder[],
): Promise<void> {
  const rows = holders.flatMap(({ kind, id, audience }) => {
    const subjectId = subjectOf(audience);
    return subjectId ? [{ tenantId, subjectId, holderKind: kind, holderId: toUuid(kind, id) }] : [];
  });
  if (rows.length > 0) await tx.db.insert(schema.audienceUses).values(rows);
}

function subjectOf(audience: schema.Audience): string | undefined {
  if (audience.kind === "segment") return toUuid("segment", audience.segmentId);
  return audience.kind === "file" ? toUuid("audienceFile", audience.fileId) : undefined;
}
