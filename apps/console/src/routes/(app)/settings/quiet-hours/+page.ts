import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("update", "Tenant");
  const [quietHours, caps, channels, plugins] = await Promise.all([
    tidings.getQuietHours(),
    tidings.getFrequencyCaps(),
    tidings.listChannels({ query: { limit: 100 } }),
    getPluginCatalogue(),
  ]);
  const inUse = [...channels.items.map(({ kind }) => kind), ...caps.items.map((cap) => cap.channelKind)];
  const kinds = [...new Set(inUse.filter((kind) => kind !== null && kind !== undefined))];
  return { title: m.quiet_hours_title(), quietHours, caps: caps.items, kinds, plugins };
};
