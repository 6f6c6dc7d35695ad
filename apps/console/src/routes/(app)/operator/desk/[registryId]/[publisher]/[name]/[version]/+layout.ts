import { tidings } from "#lib/api/client.ts";
import { localized } from "#lib/format/localized.ts";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent, params: path, depends }) => {
  await parent();
  depends("tidings:listing");
  const [listing, policy, publishers] = await Promise.all([
    tidings.getListing({ path }),
    tidings.getMarketplacePolicy(),
    tidings.listPublishers(),
  ]);
  return {
    title: `${localized(listing.name)} ${listing.version}`,
    listing,
    policy,
    ownPublishers: publishers.items.map(({ slug }) => slug),
  };
};
