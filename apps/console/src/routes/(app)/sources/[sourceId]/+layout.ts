import { tidings } from "#lib/api/client.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "Source");
  depends("tidings:source", "tidings:callback-endpoints");
  const [source, endpoints] = await Promise.all([
    tidings.getSource({ path: params }),
    tidings.listCallbackEndpoints({ path: params }),
  ]);
  return { source, endpoints, title: source.name };
};
