import { tidings } from "../../api/client.ts";
import type { PluginCatalogue } from "../../plugins/plugin-catalogue.ts";
import { can } from "../../session.svelte.ts";
import { lastDays, MAX_DAYS } from "../../statistics/period.ts";
import type { Option } from "../../ui/form/option.ts";
import { reasonText } from "../deliveries/reason-text.ts";

/** Why messages did not reach somebody lately, the most frequent first; none for a role that may not see statistics. */
export async function listReasonOptions(plugins: PluginCatalogue): Promise<Option[]> {
  if (!can("read", "Statistics")) return [];
  const { items } = await tidings.listReasons({ query: lastDays(MAX_DAYS) });
  const codes = [...new Set(items.map(({ reason }) => reason))].filter((code) => code !== "");
  return codes.map((code) => toReasonOption(plugins, code));
}

export const toReasonOption = (plugins: PluginCatalogue, code: string): Option => ({
  value: code,
  label: reasonText(plugins, plugins.kindOfCode(code) ?? "", code),
});
