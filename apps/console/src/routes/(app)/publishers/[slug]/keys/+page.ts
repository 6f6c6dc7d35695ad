import { tidings } from "#lib/api/client.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  depends("tidings:publisher-keys");
  const { items, maxLiveCount } = await tidings.listPublisherKeys({ path: { slug: params.slug } });
  return { keys: items, maxLiveCount };
};
