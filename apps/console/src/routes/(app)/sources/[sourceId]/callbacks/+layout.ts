import { tidings } from "#lib/api/client.ts";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent, params, depends }) => {
  await parent();
  depends("tidings:callback-endpoints");
  return { endpoints: await tidings.listCallbackEndpoints({ path: params }) };
};
