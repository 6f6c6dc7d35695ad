import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "Message");
  depends("console:series");
  const [series, plugins] = await Promise.all([
    tidings.getSeries({ path: { seriesId: params.seriesId } }),
    getPluginCatalogue(),
  ]);
  return { title: series.title, series, plugins };
};
