import { tidings } from "#lib/api/client.ts";
import { allItems } from "#lib/data/all-items.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { can } from "#lib/session.svelte.ts";

/** What a policy is made of: the channels, and what their plugins report. */
export async function loadPolicyOptions() {
  const [channels, plugins] = await Promise.all([
    can("read", "Channel") ? allItems((query) => tidings.listChannels({ query })) : [],
    getPluginCatalogue(),
  ]);
  return { channels, plugins };
}
