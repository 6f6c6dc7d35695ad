import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params }) => {
  await parent();
  authorize("update", "Template");
  const [template, plugins] = await Promise.all([
    tidings.getTemplate({ path: { templateId: params.templateId } }),
    getPluginCatalogue(),
  ]);
  const draft = template.versions.find((version) => version.state === "draft");
  const published = template.versions.find((version) => version.state === "published");
  return { template, draft, published, plugins, title: m.templates_edit_title({ name: template.name }) };
};
