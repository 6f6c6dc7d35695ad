import type { schema } from "@tidings/db";
import { invalidField } from "../../../platform/errors.ts";
import type { PluginCatalogue } from "../../../platform/plugin-runtime/index.ts";
import { missingFields } from "../../templates/index.ts";
import type { ChannelRow } from "./send-plan.repository.ts";

/**
 * Every channel kind that may be used needs a rendering, and the rendering the fields of the plugin. `pointer` is where
 * the request says what is sent.
 */
export function assertContentFor(
  catalogue: PluginCatalogue,
  channels: readonly ChannelRow[],
  renderings: schema.Renderings,
  pointer: "/template" | "/content",
): void {
  const kinds = new Set(channels.map((channel) => channel.kind));
  const missing = [...kinds].filter((kind) => !renderings[kind]);
  if (missing.length > 0) {
    throw invalidField(pointer, `There is no content for: ${missing.join(", ")}.`, "no_rendering");
  }
  const incomplete = channels.flatMap(({ kind, name, pluginId }) => {
    const fields = catalogue.find(pluginId)?.manifest.content ?? {};
    const lacking = missingFields(renderings[kind] ?? {}, fields);
    return lacking.length > 0 ? [`${name} (${lacking.join(", ")})`] : [];
  });
  if (incomplete.length > 0) {
    throw invalidField(pointer, `Fields are missing for: ${incomplete.join("; ")}.`, "incomplete");
  }
}
