import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import type { InboxToken } from "./inbox-token.rules.ts";

/** A channel as far as its inboxes need. */
export interface InboxChannel {
  id: string;
  code: string;
  pluginId: string;
}

/**
 * The settings of a token's channel, as long as everything that it was given for still holds: the user is there, the
 * source is on and may use the channel.
 */
export async function findOpenedChannel(
  { sql }: Tx,
  token: InboxToken,
): Promise<Record<string, string | number | boolean> | undefined> {
  const tenant = toUuid("tenant", token.tenantId);
  const [row] = await sql<{ settings: Record<string, string | number | boolean> }[]>`
    select c.settings from channels c
    join channel_grants g on g.tenant_id = ${tenant} and g.channel_id = c.id
    join sources s on s.tenant_id = ${tenant} and s.id = g.source_id and s.state = 'on'
    join users u on u.tenant_id = ${tenant} and u.id = ${toUuid("user", token.userId)}
    where c.tenant_id = ${tenant} and c.id = ${toUuid("channel", token.channelId)}
      and g.source_id = ${toUuid("source", token.sourceId)}`;
  return row?.settings;
}

/** The channels that a source may use, which are few. */
export async function listGrantedChannels(
  { sql }: Tx,
  tenantId: string,
  sourceId: string,
): Promise<InboxChannel[]> {
  const tenant = toUuid("tenant", tenantId);
  const rows = await sql<{ id: string; code: string; plugin_id: string }[]>`
    select c.id, c.code, c.plugin_id from channel_grants g
    join channels c on c.tenant_id = ${tenant} and c.id = g.channel_id
    where g.tenant_id = ${tenant} and g.source_id = ${toUuid("source", sourceId)}
    order by c.code limit 1000`;
  return rows.map(({ id, code, plugin_id }) => ({ id: fromUuid("channel", id), code, pluginId: plugin_id }));
}

/** The public id of a user by the tenant's own. */
export async function findUserId(
  { sql }: Tx,
  tenantId: string,
  externalId: string,
): Promise<string | undefined> {
  const [row] = await sql<{ id: string }[]>`
    select id from users where tenant_id = ${toUuid("tenant", tenantId)} and external_id = ${externalId}`;
  return row && fromUuid("user", row.id);
}
