import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { getQuotas } from "#lib/quotas/quotas.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Quota");
  const [quotas, plugins] = await Promise.all([getQuotas(), getPluginCatalogue()]);
  return { title: m.quotas_title(), quotas, plugins };
};
