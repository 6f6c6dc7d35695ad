import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";

/**
 * Codes of vendor templates that a field of the tenant's own templates names, in versions that are in use or on their way;
 * those that changed last come first. A code with a variable in it is known only once something is sent.
 */
export async function listNamedCodes(
  { sql }: Tx,
  tenantId: string,
  { kind, field }: { kind: string; field: string },
  limit: number,
): Promise<string[]> {
  const rows = await sql<{ code: string }[]>`
    select named.code
    from template_versions v, lateral (select btrim(v.renderings -> ${kind} ->> ${field}) as code) named
    where v.tenant_id = ${toUuid("tenant", tenantId)} and v.state <> 'retired'
      and length(named.code) between 1 and 100 and position('{{' in named.code) = 0
    group by named.code
    order by max(v.updated_at) desc, named.code
    limit ${limit}`;
  return rows.map(({ code }) => code);
}
