import { m } from "#messages";
import type { Recall } from "../../api/client.ts";
import type { PluginCatalogue } from "../../plugins/plugin-catalogue.ts";

/** The platform's own codes; every other code is a vendor's. */
const texts: Record<string, () => string> = {
  recall_not_supported: m.recalls_reason_not_supported,
  recall_window_over: m.recalls_reason_window_over,
  recall_unanswered: m.recalls_reason_unanswered,
  channel_gone: m.recalls_reason_channel_gone,
};

/** Why something was not taken back; the vendor's code through the plugins of the channels it went over. */
export function recallReason(
  plugins: PluginCatalogue,
  kinds: readonly string[],
  { outcome, code }: Pick<Recall["reasons"][number], "outcome" | "code">,
): string {
  const own = texts[code]?.();
  if (own) return own;
  const vendors = kinds.map((kind) => plugins.vendorText(kind, code)).find((text) => text !== undefined);
  return vendors ?? (code || (outcome === "too_late" ? m.recalls_too_late() : m.recalls_failed()));
}
