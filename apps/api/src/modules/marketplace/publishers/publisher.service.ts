import type { RequestContext } from "../../../platform/context.ts";
import { type Database, type Tx, violatedUnique } from "../../../platform/database/index.ts";
import { invalidField, noSuch } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { type LoginContext, loginOf, recordInstallationAudit } from "../../operators/index.ts";
import { publisherNotUnique, tooManyPublishers } from "../marketplace.errors.ts";
import type { PublisherRow } from "./publisher.repository.ts";
import * as repository from "./publisher.repository.ts";
import { isReservedSlug, MAX_PUBLISHERS } from "./publisher.rules.ts";

export interface CreatePublisher {
  slug: string;
  name: string;
  contact: string;
}

export function createPublisherService({ database }: { database: Pick<Database, "transaction"> }) {
  return {
    /** Whoever is signed in may become a publisher: what counts is reviewed when something is published. */
    async createPublisher(ctx: RequestContext, input: CreatePublisher): Promise<PublisherRow> {
      const login = loginOf(ctx);
      if (isReservedSlug(input.slug)) {
        throw invalidField("/slug", `"${input.slug}" is reserved; choose another name.`, "reserved");
      }
      return database.transaction(async (tx) => {
        const count = await repository.countPublishersOf(tx, login.actor.accountId);
        if (count >= MAX_PUBLISHERS) {
          throw tooManyPublishers(`This login has ${count} publishers already, and may have no more.`);
        }
        const row = { id: newId("publisher"), ...input };
        const saved = await repository
          .insertPublisher(tx, row, login.actor.accountId)
          .catch(explainConflict(input.slug));
        await recordInstallationAudit(tx, login, {
          action: "publisher.created",
          ...namedPublisher(saved),
          after: input,
        });
        return saved;
      });
    },

    async listPublishers(ctx: RequestContext): Promise<PublisherRow[]> {
      const login = loginOf(ctx);
      return database.transaction((tx) => repository.listPublishersOf(tx, login.actor.accountId));
    },

    async getPublisher(ctx: RequestContext, slug: string): Promise<PublisherRow> {
      return database.transaction((tx) => getOwnPublisher(tx, loginOf(ctx), slug));
    },
  };
}

export type PublisherService = ReturnType<typeof createPublisherService>;

export const namedPublisher = (publisher: Pick<PublisherRow, "id" | "slug">) => ({
  subjectId: publisher.id,
  subjectName: publisher.slug,
});

/** The publisher of this slug, if the login may act for it; 404 for one that is absent or another's. */
export async function getOwnPublisher(tx: Tx, login: LoginContext, slug: string): Promise<PublisherRow> {
  const publisher = await repository.findPublisherBySlug(tx, slug);
  if (!publisher || !(await repository.isOfPublisher(tx, publisher.id, login.actor.accountId))) {
    throw noSuch("publisher of yours", slug);
  }
  return publisher;
}

const explainConflict = (slug: string) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw publisherNotUnique(`A publisher with the name "${slug}" exists already.`, {
    errors: [{ pointer: "/slug", detail: `"${slug}" is taken.`, code: "taken" }],
  });
};
