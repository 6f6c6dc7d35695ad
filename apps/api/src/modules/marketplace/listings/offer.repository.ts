import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";

/** A listed version with what it is judged by for one tenant. */
export interface OfferRow {
  registry: { id: string; kind: "own" | "seed" | "remote"; name: string };
  pluginId: string;
  version: string;
  sha256: string;
  grade: string | null;
  labels: string[];
  listedAt: Date | null;
  manifest: Record<string, unknown>;
  block: { reason: string } | null;
  isAllowed: boolean;
}

export interface OfferFilter {
  /** One plugin only. */
  pluginId?: string | undefined;
  /** Part of an id or of a name, in any case. */
  query?: string | undefined;
  /** Plugins whose ids come after it. */
  after?: string | undefined;
  /** Plugins, not versions. */
  limit: number;
}

interface Row extends Omit<OfferRow, "registry" | "block" | "pluginId" | "listedAt" | "isAllowed"> {
  registry_id: string;
  kind: OfferRow["registry"]["kind"];
  name: string;
  plugin_id: string;
  listed_at: Date | null;
  block_reason: string | null;
  is_allowed: boolean;
}

/**
 * Of each plugin all listed versions of the one registry that it comes from: the first, by priority, that has ever
 * listed it. Were it the first that lists it now, somebody else's registry could take over the id of a plugin that was
 * withdrawn. In a transaction of the tenant.
 */
export async function listOffers(tx: Tx, tenantId: string, filter: OfferFilter): Promise<OfferRow[]> {
  const { pluginId = null, after = null, limit } = filter;
  const pattern = filter.query === undefined ? null : `%${filter.query.replace(/[\\%_]/g, "\\$&")}%`;
  const rows = await tx.sql<Row[]>`
    with homes as (
      select distinct on (l.plugin_id) l.plugin_id, l.registry_id
      from plugin_listings l
      join registries r on r.id = l.registry_id
      where r.is_on and l.state in ('listed', 'withdrawn')
        and (${pluginId}::text is null or l.plugin_id = ${pluginId})
        and (${after}::text is null or l.plugin_id > ${after})
      order by l.plugin_id, r.priority, r.id
    ), page as (
      select h.plugin_id, h.registry_id
      from homes h
      where exists (
        select from plugin_listings l
        join plugin_packages p on p.sha256 = l.sha256
        where l.registry_id = h.registry_id and l.plugin_id = h.plugin_id and l.state = 'listed'
          and (${pattern}::text is null or l.plugin_id ilike ${pattern}
            or p.manifest #>> '{name,zh}' ilike ${pattern} or p.manifest #>> '{name,en}' ilike ${pattern})
      )
      order by h.plugin_id
      limit ${limit}
    )
    select l.registry_id, r.kind, r.name, l.plugin_id, l.version, l.sha256, l.grade, l.labels, l.listed_at,
      p.manifest, b.reason as block_reason,
      exists (
        select from plugin_allowances a
        where a.tenant_id = ${toUuid("tenant", tenantId)} and a.plugin_id = l.plugin_id
      ) as is_allowed
    from page
    join plugin_listings l on l.registry_id = page.registry_id and l.plugin_id = page.plugin_id
    join registries r on r.id = l.registry_id
    join plugin_packages p on p.sha256 = l.sha256
    left join plugin_blocks b on b.sha256 = l.sha256
    where l.state = 'listed'
    order by l.plugin_id`;
  return rows.map((row) => ({
    registry: { id: fromUuid("registry", row.registry_id), kind: row.kind, name: row.name },
    pluginId: row.plugin_id,
    version: row.version,
    sha256: row.sha256,
    grade: row.grade,
    labels: row.labels,
    listedAt: row.listed_at,
    manifest: row.manifest,
    block: row.block_reason === null ? null : { reason: row.block_reason },
    isAllowed: row.is_allowed,
  }));
}
