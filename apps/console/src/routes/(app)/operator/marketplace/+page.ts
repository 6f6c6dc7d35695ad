import { tidings } from "#lib/api/client.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  return { policy: await tidings.getMarketplacePolicy() };
};
