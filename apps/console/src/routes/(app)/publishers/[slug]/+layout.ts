import { tidings } from "#lib/api/client.ts";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent, params }) => {
  await parent();
  const publisher = await tidings.getPublisher({ path: { slug: params.slug } });
  return { publisher, title: publisher.name };
};
