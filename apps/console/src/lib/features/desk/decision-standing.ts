import type { MarketplacePolicy, PluginListingDetail } from "#lib/api/client.ts";
import { m } from "#messages";

export interface Operator {
  email: string;
  /** Slugs of the publishers that the login acts for. */
  publishers: readonly string[];
}

/** Operators who have to approve a version. */
export const neededApprovals = ({ fourEyes }: Pick<MarketplacePolicy, "fourEyes">): number =>
  fourEyes ? 2 : 1;

export const approvalCount = ({ reviews }: Pick<PluginListingDetail, "reviews">): number =>
  reviews.filter(({ verdict }) => verdict === "approved").length;

type Decidable = Pick<PluginListingDetail, "registry" | "state" | "pluginId" | "reviews">;

/** Whether a verdict is waited for at all. */
export const isUndecided = ({ registry, state }: Decidable): boolean =>
  registry.kind === "own" && state === "in_review";

/** Why this operator cannot decide about a version that waits for it; undefined where nothing is in the way. */
export function whyNotDecide(listing: Decidable, { email, publishers }: Operator): string | undefined {
  if (publishers.includes(listing.pluginId.split("/")[0] ?? "")) return m.desk_own_publisher();
  if (listing.reviews.some((review) => review.email === email)) return m.desk_you_reviewed();
  return undefined;
}
