import { tidings } from "#lib/api/client.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  depends("tidings:publisher-logins");
  return { logins: await tidings.listPublisherLogins({ path: { slug: params.slug } }) };
};
