import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "Template");
  depends("console:template");
  const [template, plugins] = await Promise.all([
    tidings.getTemplate({ path: { templateId: params.templateId } }),
    getPluginCatalogue(),
  ]);
  return { template, plugins, title: template.name };
};
