import { tidings } from "#lib/api/client.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  return { title: m.market_tab_allowances(), policy: await tidings.getMarketplacePolicy() };
};
