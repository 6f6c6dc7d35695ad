import type { RequestContext } from "../../../platform/context.ts";
import type { Database, Tx } from "../../../platform/database/index.ts";
import { noSuch } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { loginOf, recordInstallationAudit } from "../../operators/index.ts";
import { lastPublisherLogin, publisherLoginKnown, tooManyPublisherLogins } from "../marketplace.errors.ts";
import { lockPublisher, type PublisherRow } from "../publishers/publisher.repository.ts";
import { getOwnPublisher, namedPublisher } from "../publishers/publisher.service.ts";
import type { InvitationRow, PublisherLoginRow } from "./login.repository.ts";
import * as repository from "./login.repository.ts";
import { invitationEnd, MAX_PUBLISHER_LOGINS } from "./login.rules.ts";

/** Who acts for a publisher, and who is asked to. */
export interface PublisherLogins {
  logins: PublisherLoginRow[];
  invitations: InvitationRow[];
}

export function createPublisherLoginService({ database }: { database: Pick<Database, "transaction"> }) {
  /** Work on a publisher of one's own, which is held: its logins stay as they were counted. */
  const withPublisher = <T>(
    ctx: RequestContext,
    slug: string,
    work: (tx: Tx, publisher: PublisherRow) => Promise<T>,
  ): Promise<T> =>
    database.transaction(async (tx) => {
      const publisher = await getOwnPublisher(tx, loginOf(ctx), slug);
      await lockPublisher(tx, publisher.id);
      return work(tx, publisher);
    });

  return {
    async listLogins(ctx: RequestContext, slug: string): Promise<PublisherLogins> {
      return database.transaction(async (tx) => {
        const { id } = await getOwnPublisher(tx, loginOf(ctx), slug);
        return {
          logins: await repository.listLogins(tx, id),
          invitations: await repository.listInvitations(tx, id, ctx.now()),
        };
      });
    },

    /**
     * Asks whoever has, or will have, a login with the email. Nobody is made to act for a publisher: whoever does may not
     * review its submissions.
     */
    async inviteLogin(ctx: RequestContext, slug: string, email: string): Promise<InvitationRow> {
      const login = loginOf(ctx);
      return withPublisher(ctx, slug, async (tx, publisher) => {
        await assertRoom(tx, publisher, email, ctx.now());
        const saved = await repository.saveInvitation(tx, {
          id: newId("publisherInvitation"),
          publisherId: publisher.id,
          email,
          invitedBy: login.actor.name,
          createdAt: ctx.now(),
          expiresAt: invitationEnd(ctx.now()),
        });
        await recordInstallationAudit(tx, login, {
          action: "publisher.login_invited",
          ...namedPublisher(publisher),
          after: { email },
        });
        return saved;
      });
    },

    async withdrawInvitation(ctx: RequestContext, slug: string, invitationId: string): Promise<void> {
      await withPublisher(ctx, slug, async (tx, publisher) => {
        const before = await repository.deleteInvitation(tx, publisher.id, invitationId);
        if (!before) throw noSuch("invitation", invitationId);
        await recordInstallationAudit(tx, loginOf(ctx), {
          action: "publisher.invitation_withdrawn",
          ...namedPublisher(publisher),
          before: { email: before.email },
        });
      });
    },

    /** What was signed stays signed, and the publisher's tokens go on: they are the publisher's. */
    async removeLogin(ctx: RequestContext, slug: string, accountId: string): Promise<void> {
      await withPublisher(ctx, slug, async (tx, publisher) => {
        const logins = await repository.listLogins(tx, publisher.id);
        const removed = logins.find((login) => login.accountId === accountId);
        if (!removed) throw noSuch("login of the publisher", accountId);
        if (logins.length === 1) {
          throw lastPublisherLogin(`"${slug}" has no other login; invite one before you remove this one.`);
        }
        await repository.deleteLogin(tx, publisher.id, accountId);
        await recordInstallationAudit(tx, loginOf(ctx), {
          action: "publisher.login_removed",
          ...namedPublisher(publisher),
          before: { email: removed.email },
        });
      });
    },
  };
}

export type PublisherLoginService = ReturnType<typeof createPublisherLoginService>;

async function assertRoom(tx: Tx, { id, slug }: PublisherRow, email: string, now: Date): Promise<void> {
  const logins = await repository.listLogins(tx, id);
  if (logins.some((login) => login.email === email)) {
    const detail = `"${email}" acts for "${slug}" already.`;
    throw publisherLoginKnown(detail, { errors: [{ pointer: "/email", detail, code: "taken" }] });
  }
  const invited = (await repository.listInvitations(tx, id, now)).filter((one) => one.email !== email);
  const count = logins.length + invited.length;
  if (count >= MAX_PUBLISHER_LOGINS) {
    throw tooManyPublisherLogins(`"${slug}" has ${count} logins and invitations, and may have no more.`);
  }
}
