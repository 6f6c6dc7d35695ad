import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "RecipientList");
  depends("console:recipient-list");
  const [list, plugins] = await Promise.all([
    tidings.getRecipientList({ path: { listId: params.listId } }),
    getPluginCatalogue(),
  ]);
  return { list, plugins, title: list.name };
};
