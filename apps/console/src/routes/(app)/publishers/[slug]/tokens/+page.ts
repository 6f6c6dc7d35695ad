import { tidings } from "#lib/api/client.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  depends("tidings:publisher-tokens");
  const { items, maxLiveCount } = await tidings.listPublisherTokens({ path: { slug: params.slug } });
  return { tokens: items, maxLiveCount };
};
