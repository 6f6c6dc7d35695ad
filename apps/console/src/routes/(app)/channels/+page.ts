import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { getQuotas } from "#lib/quotas/quotas.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  authorize("read", "Channel");
  depends("tidings:quotas");
  const [plugins, quotas] = await Promise.all([getPluginCatalogue(), getQuotas()]);
  return { title: m.channels_title(), plugins, quotas };
};
