import { tidings } from "#lib/api/client.ts";
import { authorize, can } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Message");
  const [sources, channels] = await Promise.all([
    can("read", "Source") ? tidings.listSources({ query: { limit: 100 } }) : undefined,
    can("read", "Channel") ? tidings.listChannels({ query: { limit: 100 } }) : undefined,
  ]);
  return { title: m.messages_title(), sources: sources?.items ?? [], channels: channels?.items ?? [] };
};
