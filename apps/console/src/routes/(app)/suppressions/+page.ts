import { tidings } from "#lib/api/client.ts";
import { allItems } from "#lib/data/all-items.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize, can } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Suppression");
  const [plugins, sources] = await Promise.all([
    getPluginCatalogue(),
    can("read", "Source") ? allItems((query) => tidings.listSources({ query })) : [],
  ]);
  return { plugins, sources, title: m.suppressions_title() };
};
