import { GRADES } from "@tidings/sdk/package";
import type { MarketplaceListing } from "../../marketplace/index.ts";
import { isPreRelease } from "../upgrades/upgrade.rules.ts";

export const SORTS = ["id", "newest", "grade"] as const;
export type Sort = (typeof SORTS)[number];

export interface BrowseFilter {
  kind?: string | undefined;
  grade?: string | undefined;
  label?: string | undefined;
  sort: Sort;
}

/** Of each plugin the version that is shown first: the latest, and a pre-release only where there is nothing else. */
export function latestOfEach(listings: readonly MarketplaceListing[]): MarketplaceListing[] {
  const byPlugin = new Map<string, MarketplaceListing>();
  for (const listing of listings) {
    const known = byPlugin.get(listing.pluginId);
    if (!known || (isPreRelease(known.version) && !isPreRelease(listing.version))) {
      byPlugin.set(listing.pluginId, listing);
    }
  }
  return [...byPlugin.values()];
}

export function browse(
  listings: readonly MarketplaceListing[],
  { kind, grade, label, sort }: BrowseFilter,
): MarketplaceListing[] {
  return listings
    .filter(
      (one) =>
        (kind === undefined || one.manifest.kind === kind) &&
        (grade === undefined || one.grade === grade) &&
        (label === undefined || one.labels.includes(label)),
    )
    .sort((a, b) => ORDERS[sort](a, b) || byId(a, b));
}

const byId = (a: MarketplaceListing, b: MarketplaceListing) => (a.pluginId < b.pluginId ? -1 : 1);
const RANKS: readonly (string | null)[] = GRADES;
const rank = ({ grade }: MarketplaceListing) => RANKS.indexOf(grade);
const listedAt = (one: MarketplaceListing) => one.listedAt?.getTime() ?? 0;

const ORDERS: Record<Sort, (a: MarketplaceListing, b: MarketplaceListing) => number> = {
  id: () => 0,
  newest: (a, b) => listedAt(b) - listedAt(a),
  grade: (a, b) => rank(b) - rank(a),
};
