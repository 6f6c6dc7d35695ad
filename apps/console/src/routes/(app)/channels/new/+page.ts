import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { getQuotas } from "#lib/quotas/quotas.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("create", "Channel");
  const [plugins, quotas] = await Promise.all([getPluginCatalogue(), getQuotas()]);
  return { title: m.channels_new(), plugins, quotas };
};
