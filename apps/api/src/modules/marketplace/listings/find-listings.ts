import { rcompare } from "semver";
import type { RequestContext } from "../../../platform/context.ts";
import type { Tx } from "../../../platform/database/index.ts";
import { getMarketplacePolicy } from "../policy/policy.repository.ts";
import { type Obstacle, obstaclesOf } from "./listing.rules.ts";
import { listOffers, type OfferFilter, type OfferRow } from "./offer.repository.ts";

/** A version that a tenant sees in the marketplace. */
export interface MarketplaceListing extends Omit<OfferRow, "block" | "isAllowed"> {
  /** What keeps the tenant from installing it; empty where it may. */
  obstacles: Obstacle[];
}

/**
 * What the marketplace offers a tenant: plugins by id, of each the listed versions, the latest first. It knows nothing of
 * what the tenant has installed, and stops nothing that runs.
 */
export async function findListings(
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId" | "now">,
  filter: OfferFilter,
): Promise<MarketplaceListing[]> {
  const policy = await getMarketplacePolicy(tx);
  const offers = await listOffers(tx, ctx.tenantId, filter);
  const now = ctx.now();
  return offers
    .map(({ block, isAllowed, ...offer }) => ({
      ...offer,
      obstacles: obstaclesOf({ ...offer, registryKind: offer.registry.kind, block, isAllowed }, policy, now),
    }))
    .sort((one, other) =>
      one.pluginId === other.pluginId
        ? rcompare(one.version, other.version)
        : one.pluginId < other.pluginId
          ? -1
          : 1,
    );
}
