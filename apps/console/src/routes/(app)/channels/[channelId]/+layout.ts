import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "Channel");
  depends("tidings:channel");
  const [channel, plugins] = await Promise.all([tidings.getChannel({ path: params }), getPluginCatalogue()]);
  return { channel, plugins, title: channel.name };
};
