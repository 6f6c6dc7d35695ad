import { type Channel, type Plugin, type Policy, type Template, tidings } from "#lib/api/client.ts";
import { allItems } from "#lib/data/all-items.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { can } from "#lib/session.svelte.ts";
import { m } from "#messages";

/** Something that would miss a plugin. */
export interface PluginUser {
  kind: string;
  name: string;
  href: string;
}

/** What keeps a plugin from being uninstalled, as far as the role may see it; the API looks at all of it. */
export async function listPluginUsers(plugin: Plugin, plugins: PluginCatalogue): Promise<PluginUser[]> {
  const [channels, policies, templates] = await Promise.all([
    can("read", "Channel") ? allItems((query) => tidings.listChannels({ query })) : [],
    can("read", "Policy") ? allItems((query) => tidings.listPolicies({ query })) : [],
    can("read", "Template") ? allItems((query) => tidings.listTemplates({ query })) : [],
  ]);
  const own = channels.filter(({ pluginId }) => pluginId === plugin.id);
  const isOnlyOne = plugins.all.every(({ id, kind }) => id === plugin.id || kind !== plugin.kind);
  return [
    ...own.map(({ id, name }) => ({ kind: m.marketplace_user_channel(), name, href: `/channels/${id}` })),
    ...policies
      .filter((policy) => sendsThrough(policy, own))
      .map(({ id, name }) => ({ kind: m.marketplace_user_policy(), name, href: `/policies/${id}` })),
    ...templates
      .filter((template) => isOnlyOne && isWrittenFor(template, plugin.kind))
      .map(({ id, name }) => ({ kind: m.marketplace_user_template(), name, href: `/templates/${id}` })),
  ];
}

const sendsThrough = ({ state, steps }: Policy, channels: Channel[]) =>
  state === "active" && steps.some((step) => channels.some(({ id }) => step.channelIds.includes(id)));

const isWrittenFor = ({ liveVersions }: Template, kind: string) =>
  liveVersions.some(({ state, kinds }) => state === "published" && kinds.includes(kind));
