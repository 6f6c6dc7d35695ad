import type { Database, Tx } from "../../../platform/database/index.ts";
import { forbidden, noSuch } from "../../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../../platform/http/index.ts";
import type { InstallationContext, LoginContext } from "../../operators/index.ts";
import { type ListedRow, listListings } from "../listings/listing.repository.ts";
import { placeOf, readListingCursor } from "../listings/listing-cursor.ts";
import { findPublisherBySlug, type PublisherRow } from "../publishers/publisher.repository.ts";
import { getOwnPublisher } from "../publishers/publisher.service.ts";
import { findRegistryOfKind } from "../registries/registry.repository.ts";
import { listReviews, type ReviewRow } from "../review/review.repository.ts";
import type { Submission, Submit } from "./submit.ts";

/** A submission as its publisher sees it: what the operators said, not who they are. */
export interface OwnSubmission {
  listing: ListedRow;
  reviews: ReviewRow[];
}

export interface SubmissionServiceDeps {
  database: Pick<Database, "transaction">;
  submit: Submit;
}

export function createSubmissionService({ database, submit }: SubmissionServiceDeps) {
  const findOne = async (tx: Tx, pluginId: string, version: string): Promise<OwnSubmission | undefined> => {
    const own = await findRegistryOfKind(tx, "own");
    if (!own) return undefined;
    const filter = { registryId: own.id, pluginId, version };
    const [listing] = await listListings(tx, filter, undefined, 1);
    return listing && { listing, reviews: await listReviews(tx, listing) };
  };

  async function getOne(tx: Tx, pluginId: string, version: string): Promise<OwnSubmission> {
    const found = await findOne(tx, pluginId, version);
    if (!found) throw noSuch("submission", `${pluginId}@${version}`);
    return found;
  }

  return {
    /** Answers the submission, which is to be checked; or what became of it, where it is the same as before. */
    async createSubmission(
      ctx: InstallationContext,
      slug: string,
      input: Submission,
    ): Promise<OwnSubmission> {
      const publisher = await database.transaction((tx) => getPublisherFor(tx, ctx, slug));
      const { pluginId, version } = await submit(ctx, publisher.id, input);
      return database.transaction((tx) => getOne(tx, pluginId, version));
    },

    async listSubmissions(
      ctx: InstallationContext,
      slug: string,
      page: PageRequest,
    ): Promise<Page<ListedRow>> {
      const after = readListingCursor(page);
      const rows = await database.transaction(async (tx) => {
        await getPublisherFor(tx, ctx, slug);
        const own = await findRegistryOfKind(tx, "own");
        if (!own) return [];
        const filter = { registryId: own.id, publisher: slug };
        return listListings(tx, filter, after, page.limit + 1);
      });
      return toPage(rows, page, placeOf, (row) => row);
    },

    async getSubmission(
      ctx: InstallationContext,
      slug: string,
      name: string,
      version: string,
    ): Promise<OwnSubmission> {
      return database.transaction(async (tx) => {
        await getPublisherFor(tx, ctx, slug);
        return getOne(tx, `${slug}/${name}`, version);
      });
    },
  };
}

export type SubmissionService = ReturnType<typeof createSubmissionService>;

/** The publisher that somebody acts for: by a login of it, or by its own token. */
async function getPublisherFor(tx: Tx, ctx: InstallationContext, slug: string): Promise<PublisherRow> {
  const { actor } = ctx;
  if (actor.kind === "member") return getOwnPublisher(tx, ctx as LoginContext, slug);
  const publisher = await findPublisherBySlug(tx, slug);
  if (actor.kind === "publisher" && publisher?.id === actor.publisherId) return publisher;
  throw forbidden(`This token does not speak for "${slug}".`);
}
