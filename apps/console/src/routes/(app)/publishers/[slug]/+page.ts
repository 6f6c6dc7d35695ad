import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  return { plugins: await getPluginCatalogue() };
};
