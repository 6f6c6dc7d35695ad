import type { RequestContext } from "../../../platform/context.ts";
import type { Tx } from "../../../platform/database/index.ts";
import { type AsOperator, recordInstallationAudit } from "../../operators/index.ts";
import { followMaliciousLabel } from "../blocks/label-block.ts";
import { type ListingKey, type ListingRow, updateListing } from "../listings/listing.repository.ts";
import { LABELS, type Label } from "../listings/listing.rules.ts";
import { notListed } from "../marketplace.errors.ts";
import { bumpSequence } from "../registries/registry.repository.ts";
import { getOwnListing, namedListing } from "./review.service.ts";

export interface ChangeLabels {
  add: Label[];
  remove: Label[];
  reason: string;
}

export interface LabelServiceDeps {
  asOperator: AsOperator;
  /** Something about what is listed has changed. */
  nudgePublisher(): void;
}

export function createLabelService({ asOperator, nudgePublisher }: LabelServiceDeps) {
  return {
    /** Sets labels and takes some away. `malicious` blocks the code at once, everywhere; without it the block ends. */
    async changeLabels(ctx: RequestContext, key: ListingKey, change: ChangeLabels): Promise<void> {
      await asOperator(ctx, async (tx, operator) => {
        const before = await getListed(tx, key);
        const labels = LABELS.filter(
          (label) =>
            change.add.includes(label) || (before.labels.includes(label) && !change.remove.includes(label)),
        );
        if (labels.join() === LABELS.filter((label) => before.labels.includes(label)).join()) return;
        await updateListing(tx, key, ["listed", "withdrawn"], { labels });
        await followMaliciousLabel(tx, operator, before, change.reason);
        await bumpSequence(tx);
        await recordInstallationAudit(tx, operator, {
          action: "listing.labels_changed",
          ...namedListing(key),
          before: { labels: before.labels },
          after: { labels, reason: change.reason },
        });
      });
      nudgePublisher();
    },

    /** Takes a version off the list: nobody can install it any more; where it runs it goes on. */
    async withdrawListing(ctx: RequestContext, key: ListingKey, reason: string): Promise<void> {
      await asOperator(ctx, async (tx, operator) => {
        const before = await getListed(tx, key);
        const after = await updateListing(tx, key, ["listed"], { state: "withdrawn" });
        if (!after) throw notListed(`${key.pluginId}@${key.version} is ${before.state}.`);
        await bumpSequence(tx);
        await recordInstallationAudit(tx, operator, {
          action: "listing.withdrawn",
          ...namedListing(key),
          before: { state: before.state },
          after: { state: after.state, reason },
        });
      });
      nudgePublisher();
    },
  };
}

export type LabelService = ReturnType<typeof createLabelService>;

async function getListed(tx: Tx, key: ListingKey): Promise<ListingRow> {
  const listing = await getOwnListing(tx, key);
  if (listing.state === "listed" || listing.state === "withdrawn") return listing;
  throw notListed(`${key.pluginId}@${key.version} is ${listing.state}; it has never been listed.`);
}
