import { readPackage } from "@tidings/sdk/package";
import type { RequestContext } from "../../../platform/context.ts";
import { noSuch } from "../../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../../platform/http/index.ts";
import type { AsOperator } from "../../operators/index.ts";
import {
  type ListedRow,
  type ListingFilter,
  type ListingKey,
  listListings,
} from "../listings/listing.repository.ts";
import { placeOf, readListingCursor } from "../listings/listing-cursor.ts";
import { describeListing, findStoredListing, type ListingDetail, textOf } from "./listing-detail.ts";
import { noSuchListing } from "./review.service.ts";

/** What operators look at before they decide. */
export function createListingDesk({ asOperator }: { asOperator: AsOperator }) {
  const getStored = (ctx: RequestContext, key: ListingKey) =>
    asOperator(ctx, async (tx) => {
      const found = await findStoredListing(tx, key);
      if (!found) throw noSuchListing(key);
      return found;
    });

  return {
    async listListings(ctx: RequestContext, filter: ListingFilter & PageRequest): Promise<Page<ListedRow>> {
      const rows = await asOperator(ctx, (tx) =>
        listListings(tx, filter, readListingCursor(filter), filter.limit + 1),
      );
      return toPage(rows, filter, placeOf, (row) => row);
    },

    async getListing(ctx: RequestContext, key: ListingKey): Promise<ListingDetail> {
      return describeListing(await getStored(ctx, key));
    },

    /** A file of the package as text to read; `previous` is the same file of the version before. */
    async getFile(
      ctx: RequestContext,
      key: ListingKey,
      path: string,
    ): Promise<{ path: string; text: string | null; previous: string | null }> {
      const { stored, before } = await getStored(ctx, key);
      const text = textOf(await readPackage(stored.archive), path) ?? null;
      const previous = before ? (textOf(await readPackage(before.stored.archive), path) ?? null) : null;
      if (text === null && previous === null) throw noSuch("file", path);
      return { path, text, previous };
    },
  };
}

export type ListingDesk = ReturnType<typeof createListingDesk>;
