import { tidings } from "#lib/api/client.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  depends("tidings:api-keys");
  const { items, maxLiveCount } = await tidings.listApiKeys({ path: params });
  return { apiKeys: items, maxLiveCount };
};
