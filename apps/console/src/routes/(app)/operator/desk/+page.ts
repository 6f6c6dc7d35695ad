import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  const [registries, plugins] = await Promise.all([tidings.listRegistries(), getPluginCatalogue()]);
  return { title: m.desk_title(), registries: registries.items, plugins };
};
