import { countersign, type Envelope } from "@tidings/sdk/package";
import type { RequestContext } from "../../../platform/context.ts";
import type { Tx } from "../../../platform/database/index.ts";
import { noSuch } from "../../../platform/errors.ts";
import { type AsOperator, type LoginContext, recordInstallationAudit } from "../../operators/index.ts";
import {
  type ListingKey,
  type ListingRow,
  lockListing,
  updateListing,
} from "../listings/listing.repository.ts";
import {
  notChecked,
  notInReview,
  ownSubmission,
  registryFixed,
  reviewedAlready,
} from "../marketplace.errors.ts";
import { getMarketplacePolicy } from "../policy/policy.repository.ts";
import type { OwnRegistry } from "../registries/own-registry.ts";
import { bumpSequence, findRegistryOfKind } from "../registries/registry.repository.ts";
import { insertReview, isOfPublisherOf, listReviews } from "./review.repository.ts";
import { stateAfter, type Verdict } from "./review.rules.ts";

export interface ReviewInput {
  verdict: Verdict;
  comment?: string | undefined;
}

export interface ReviewServiceDeps {
  asOperator: AsOperator;
  ownRegistry: OwnRegistry;
  nudgeChecker(): void;
  /** Something was listed. */
  nudgePublisher(): void;
}

export function createReviewService(deps: ReviewServiceDeps) {
  const { asOperator, ownRegistry } = deps;

  return {
    /** Approves or refuses a version; what has all the approvals it needs is countersigned and listed. */
    async reviewListing(ctx: RequestContext, key: ListingKey, input: ReviewInput): Promise<void> {
      await asOperator(ctx, async (tx, operator) => {
        const listing = await getOwnListing(tx, key);
        await assertMayReview(tx, operator, listing);
        await addReview(tx, operator, listing, input);
        const verdicts = (await listReviews(tx, key)).map(({ verdict }) => verdict);
        const state = stateAfter(verdicts, await getMarketplacePolicy(tx));
        if (state === "refused") await updateListing(tx, key, ["in_review"], { state });
        if (state === "listed") await list(tx, listing, ownRegistry, ctx.now());
        await recordInstallationAudit(tx, operator, {
          action: `listing.${state === "listed" ? "listed" : input.verdict}`,
          ...namedListing(key),
          before: { state: listing.state },
          after: { state, ...input },
        });
      });
      deps.nudgePublisher();
    },

    /** Has a version checked again: its grade may change, its place in the registry does not. */
    async recheckListing(ctx: RequestContext, key: ListingKey): Promise<void> {
      await asOperator(ctx, async (tx, operator) => {
        const listing = await getOwnListing(tx, key);
        const report = { ...listing.report, protocol: null };
        const asked = await updateListing(tx, key, ["listed", "in_review"], { report });
        if (!asked)
          throw notChecked(`${nameOf(key)} is ${listing.state}: only what is listed or in review is.`);
        await recordInstallationAudit(tx, operator, {
          action: "listing.recheck_asked",
          ...namedListing(key),
          before: { grade: listing.grade },
        });
      });
      deps.nudgeChecker();
    },
  };
}

export type ReviewService = ReturnType<typeof createReviewService>;

const nameOf = ({ pluginId, version }: ListingKey) => `${pluginId}@${version}`;

export const namedListing = (key: ListingKey) => ({ subjectId: nameOf(key), subjectName: key.pluginId });

export const noSuchListing = (key: ListingKey) => noSuch("listing", nameOf(key));

/** A version of the own registry, locked; what other registries list is theirs to say, and ours to block. */
export async function getOwnListing(tx: Tx, key: ListingKey): Promise<ListingRow> {
  const listing = await lockListing(tx, key);
  if (!listing) throw noSuchListing(key);
  const own = await findRegistryOfKind(tx, "own");
  if (own?.id === key.registryId) return listing;
  throw registryFixed(
    `${nameOf(key)} is another registry's, which says what it is; block its package instead.`,
  );
}

async function assertMayReview(tx: Tx, { actor }: LoginContext, listing: ListingRow): Promise<void> {
  if (await isOfPublisherOf(tx, listing.pluginId, actor.accountId)) {
    throw ownSubmission(`${nameOf(listing)} is of a publisher of yours; somebody else has to review it.`);
  }
  if (listing.state !== "in_review") {
    throw notInReview(`${nameOf(listing)} is ${listing.state}; only what is in review can be decided.`);
  }
}

async function addReview(
  tx: Tx,
  { actor, now }: LoginContext,
  { registryId, pluginId, version }: ListingRow,
  { verdict, comment = null }: { verdict: Verdict; comment?: string | null | undefined },
): Promise<void> {
  const review = { registryId, pluginId, version, accountId: actor.accountId, verdict, comment };
  if (await insertReview(tx, { ...review, createdAt: now() })) return;
  throw reviewedAlready(`You have reviewed ${pluginId}@${version}; it waits for another operator.`);
}

/** The signature of the registry says: this very content was checked and reviewed here. */
async function list(tx: Tx, listing: ListingRow, registry: OwnRegistry, listedAt: Date): Promise<void> {
  const signed = countersign(listing.envelope as unknown as Envelope, registry.privateKey);
  await updateListing(tx, listing, ["in_review"], { state: "listed", envelope: { ...signed }, listedAt });
  await bumpSequence(tx);
}
