import { getQuotas } from "#lib/quotas/quotas.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  authorize("read", "Source");
  depends("tidings:quotas");
  return { title: m.sources_title(), quotas: await getQuotas() };
};
