import type { PluginListing } from "#lib/api/client.ts";

type Listing = Pick<PluginListing, "registry" | "pluginId" | "version">;

/** How the API names a version. */
export function listingPath({ registry, pluginId, version }: Listing) {
  const [publisher = "", name = ""] = pluginId.split("/");
  return { registryId: registry.id, publisher, name, version };
}

/** The version's page at the review desk. */
export function listingHref(listing: Listing): string {
  const { registryId, publisher, name, version } = listingPath(listing);
  return `/operator/desk/${registryId}/${publisher}/${name}/${version}`;
}
