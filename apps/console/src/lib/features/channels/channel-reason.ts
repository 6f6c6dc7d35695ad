import type { Channel, ChannelHealth } from "#lib/api/client.ts";
import { localized } from "#lib/format/localized.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";

/** Codes that the platform itself gives, whatever the plugin. */
const platformTexts: Record<string, () => string> = {
  plugin_missing: m.channels_reason_plugin_missing,
  secrets_unavailable: m.channels_reason_secrets_unavailable,
};

/** Why a test call or the sending failed, in the plugin's words for its vendor's code. */
export function channelReason(
  channel: Pick<Channel, "pluginId">,
  { code, detail }: Pick<ChannelHealth, "code" | "detail">,
  plugins: PluginCatalogue,
): string {
  const text = code === null ? undefined : plugins.find(channel.pluginId)?.errors[code];
  if (text) return localized(text);
  return platformTexts[code ?? ""]?.() ?? detail ?? code ?? m.channels_reason_none();
}
