import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params }) => {
  await parent();
  authorize("read", "Message");
  const [message, plugins] = await Promise.all([
    tidings.getMessage({ path: { messageId: params.messageId } }),
    getPluginCatalogue(),
  ]);
  return { title: message.title, message, plugins };
};
