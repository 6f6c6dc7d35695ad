import type { PluginListing } from "#lib/api/client.ts";

/** The submission's page of its publisher. */
export function submissionHref({ pluginId, version }: Pick<PluginListing, "pluginId" | "version">): string {
  const [slug, name] = pluginId.split("/");
  return `/publishers/${slug}/submissions/${name}/${version}`;
}
