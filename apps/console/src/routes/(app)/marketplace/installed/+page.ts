import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Plugin");
  return { title: m.marketplace_tab_installed(), plugins: await getPluginCatalogue() };
};
