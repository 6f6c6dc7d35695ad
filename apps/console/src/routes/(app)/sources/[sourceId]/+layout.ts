import { tidings } from "#lib/api/client.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "Source");
  depends("tidings:source");
  const source = await tidings.getSource({ path: params });
  return { source, title: source.name };
};
