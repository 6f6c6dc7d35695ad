import type { schema } from "@tidings/db";
import type { Statement, Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { referencesOf } from "../../segments/index.ts";

/** A message or series with its audience. */
export interface AudienceHolder {
  kind: "message" | "series";
  id: string;
  audience: schema.Audience;
}

/**
 * Notes which messages and series go by a segment, a file or tags; where none does, there is no statement. A message that
 * was left out as a repeat is none.
 */
export function recordingUses(
  { sql }: Pick<Tx, "sql">,
  tenantId: string,
  holders: readonly AudienceHolder[],
): Statement[] {
  const rows = holders.flatMap(({ kind, id, audience }) =>
    subjectsOf(audience).map((subjectId) => ({
      subject_id: subjectId,
      holder_kind: kind,
      holder_id: toUuid(kind, id),
    })),
  );
  if (rows.length === 0) return [];
  const tenant = toUuid("tenant", tenantId);
  return [
    sql`
      insert into audience_uses (tenant_id, subject_id, holder_kind, holder_id)
      select ${tenant}, u.subject_id, u.holder_kind, u.holder_id
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as u(subject_id uuid, holder_kind audience_holder, holder_id uuid)
      where u.holder_kind <> 'message'
        or exists(select from messages m where m.tenant_id = ${tenant} and m.id = u.holder_id)
      on conflict do nothing`,
  ];
}

function subjectsOf(audience: schema.Audience): string[] {
  switch (audience.kind) {
    case "segment": {
      const { tags } = referencesOf(audience.rule);
      return [toUuid("segment", audience.segmentId), ...new Set(tags.map((id) => toUuid("tag", id)))];
    }
    case "file":
      return [toUuid("audienceFile", audience.fileId)];
    case "tags":
      return (audience.pinned ?? []).map(({ key }) => key);
    default:
      return [];
  }
}
