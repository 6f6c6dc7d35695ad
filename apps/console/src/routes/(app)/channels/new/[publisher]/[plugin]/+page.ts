import { error } from "@sveltejs/kit";
import { localized } from "#lib/format/localized.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { getQuotas } from "#lib/quotas/quotas.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params }) => {
  await parent();
  authorize("create", "Channel");
  const [plugins, quotas] = await Promise.all([getPluginCatalogue(), getQuotas()]);
  const plugin = plugins.find(`${params.publisher}/${params.plugin}`);
  if (!plugin) error(404, m.problem_not_found());
  return { title: m.channels_new_of({ plugin: localized(plugin.name) }), plugin, quotas };
};
