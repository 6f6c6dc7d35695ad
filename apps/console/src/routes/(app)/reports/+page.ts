import { tidings } from "#lib/api/client.ts";
import { allItems } from "#lib/data/all-items.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize, can } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Statistics");
  const [sources, channels, plugins] = await Promise.all([
    can("read", "Source") ? allItems((query) => tidings.listSources({ query })) : [],
    can("read", "Channel") ? allItems((query) => tidings.listChannels({ query })) : [],
    getPluginCatalogue(),
  ]);
  return { sources, channels, plugins, title: m.reports_title() };
};
