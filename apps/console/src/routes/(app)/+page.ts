import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  return { plugins: await getPluginCatalogue(), title: m.overview_title() };
};
