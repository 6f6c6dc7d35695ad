import type { Channel, ChannelHealth } from "#lib/api/client.ts";
import { localized } from "#lib/format/localized.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";

/** Codes that the platform itself gives, whatever the plugin. */
const platformTexts: Record<string, () => string> = {
  plugin_missing: m.channels_reason_plugin_missing,
  secrets_unavailable: m.channels_reason_secrets_unavailable,
  plugin_disabled: m.channels_reason_plugin_disabled,
  plugin_blocked: m.channels_reason_plugin_blocked,
  plugin_damaged: m.channels_reason_plugin_damaged,
  plugin_out_of_reach: m.channels_reason_plugin_out_of_reach,
  sandbox_unavailable: m.channels_reason_sandbox_unavailable,
};

/** Whether the reason is the platform's own, whose words say what becomes of messages too. */
export const isOwnReason = (code: string | null): boolean => code !== null && code in platformTexts;

const pauses = {
  refused: m.channels_paused_refused,
  unreachable: m.channels_paused_unreachable,
  throttled: m.channels_paused_throttled,
};

/** What a pause of the channel means for its messages; undefined while it is sent through. */
export function pauseText({
  circuit,
}: {
  circuit: Pick<ChannelHealth["circuit"], "cause">;
}): string | undefined {
  return circuit.cause === null ? undefined : pauses[circuit.cause]();
}

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
