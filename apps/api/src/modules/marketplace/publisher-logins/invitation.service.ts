import type { RequestContext } from "../../../platform/context.ts";
import type { Database, Tx } from "../../../platform/database/index.ts";
import { noSuch } from "../../../platform/errors.ts";
import { type LoginContext, loginOf, recordInstallationAudit } from "../../operators/index.ts";
import { tooManyPublishers } from "../marketplace.errors.ts";
import {
  countPublishersOf,
  findPublisherBySlug,
  type PublisherRow,
} from "../publishers/publisher.repository.ts";
import { MAX_PUBLISHERS } from "../publishers/publisher.rules.ts";
import { namedPublisher } from "../publishers/publisher.service.ts";
import { deleteInvitation, insertLogin, listReceived, type ReceivedInvitation } from "./login.repository.ts";

/** What somebody does who was asked to act for a publisher. */
export function createPublisherInvitationService({ database }: { database: Pick<Database, "transaction"> }) {
  return {
    async listInvitations(ctx: RequestContext): Promise<ReceivedInvitation[]> {
      const { actor } = loginOf(ctx);
      return database.transaction((tx) => listReceived(tx, actor.accountId, ctx.now()));
    },

    async acceptInvitation(ctx: RequestContext, invitationId: string): Promise<PublisherRow> {
      const login = loginOf(ctx);
      const { accountId } = login.actor;
      return database.transaction(async (tx) => {
        const count = await countPublishersOf(tx, accountId);
        const { publisher, email } = await takeInvitation(tx, login, invitationId);
        if (count >= MAX_PUBLISHERS) {
          throw tooManyPublishers(`This login has ${count} publishers already, and may have no more.`);
        }
        await insertLogin(tx, { publisherId: publisher.id, accountId, createdAt: ctx.now() });
        await recordInstallationAudit(tx, login, {
          action: "publisher.login_added",
          ...namedPublisher(publisher),
          after: { email },
        });
        return publisher;
      });
    },

    async declineInvitation(ctx: RequestContext, invitationId: string): Promise<void> {
      const login = loginOf(ctx);
      await database.transaction(async (tx) => {
        const { publisher, email } = await takeInvitation(tx, login, invitationId);
        await recordInstallationAudit(tx, login, {
          action: "publisher.invitation_declined",
          ...namedPublisher(publisher),
          before: { email },
        });
      });
    },
  };
}

export type PublisherInvitationService = ReturnType<typeof createPublisherInvitationService>;

/** Ends an invitation of the login's own, and answers what it was to. */
async function takeInvitation(
  tx: Tx,
  login: LoginContext,
  invitationId: string,
): Promise<{ publisher: PublisherRow; email: string }> {
  const [found] = await listReceived(tx, login.actor.accountId, login.now(), invitationId);
  const taken = found && (await deleteInvitation(tx, found.publisher.id, invitationId));
  const publisher = taken && (await findPublisherBySlug(tx, found.publisher.slug));
  if (!publisher) throw noSuch("invitation", invitationId);
  return { publisher, email: taken.email };
}
