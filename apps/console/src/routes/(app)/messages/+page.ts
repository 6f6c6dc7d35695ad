import { tidings } from "#lib/api/client.ts";
import { listReasonOptions } from "#lib/features/messages/list-reason-options.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize, can } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Message");
  const plugins = await getPluginCatalogue();
  const [sources, channels, reasons] = await Promise.all([
    can("read", "Source") ? tidings.listSources({ query: { limit: 100 } }) : undefined,
    can("read", "Channel") ? tidings.listChannels({ query: { limit: 100 } }) : undefined,
    listReasonOptions(plugins),
  ]);
  return {
    title: m.messages_title(),
    sources: sources?.items ?? [],
    channels: channels?.items ?? [],
    reasons,
    plugins,
  };
};
