import type { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

/** Where a delivery belongs. */
export interface Place {
  tenantId: string;
  channelId: string;
}

/** The places of deliveries, by their keys. Runs before the tenant is known. */
export async function findPlaces({ sql }: Tx, keys: readonly string[]): Promise<Map<string, Place>> {
  const rows = await sql<{ id: string; tenant_id: string; channel_id: string }[]>`
    select id, tenant_id, channel_id from find_delivery_places(${[...new Set(keys)]}::bigint[])`;
  return new Map(
    rows.map((row) => [
      row.id,
      { tenantId: fromUuid("tenant", row.tenant_id), channelId: fromUuid("channel", row.channel_id) },
    ]),
  );
}

/** What a delivery's message says, and what it was filled in with as far as that is kept. */
export interface SaidContent {
  renderings: schema.Renderings;
  variableSchema: schema.TemplateVariable[];
  variables: Record<string, string | number>;
  rowVariables: Record<string, string | number> | null;
}

export async function findSaid(
  { sql }: Tx,
  tenantId: string,
  deliveryKey: string,
): Promise<SaidContent | undefined> {
  const tenant = toUuid("tenant", tenantId);
  const [row] = await sql<SaidContent[]>`
    select coalesce(m.renderings, v.renderings) as renderings, coalesce(v.variables, '[]') as "variableSchema",
      m.variables, d.variables as "rowVariables"
    from deliveries d
    join messages m on m.tenant_id = ${tenant} and m.id = d.message_id
    left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
    where d.tenant_id = ${tenant} and d.id = ${deliveryKey}`;
  return row;
}
