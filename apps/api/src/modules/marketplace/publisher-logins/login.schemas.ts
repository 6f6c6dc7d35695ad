import { fields, z } from "../../../platform/http/index.ts";
import { PublisherParam } from "../publishers/publisher.schemas.ts";
import type { InvitationRow, ReceivedInvitation } from "./login.repository.ts";
import { MAX_PUBLISHER_LOGINS } from "./login.rules.ts";
import type { PublisherLogins } from "./login.service.ts";

export const InviteLoginBody = z
  .strictObject({ email: z.email().max(254).toLowerCase() })
  .openapi("InvitePublisherLogin");

export const PublisherLoginParam = PublisherParam.extend({ accountId: fields.id("account") });
export const InvitationParam = z.object({ invitationId: fields.id("publisherInvitation") });
export const InvitationOfPublisherParam = PublisherParam.extend(InvitationParam.shape);

const PublisherLogin = z
  .object({ accountId: fields.id("account"), email: z.string(), createdAt: fields.moment })
  .openapi("PublisherLogin");

export const Invitation = z
  .object({
    id: fields.id("publisherInvitation"),
    email: z.string(),
    invitedBy: z.string().openapi({ description: "The login that invited." }),
    createdAt: fields.moment,
    expiresAt: fields.moment,
  })
  .openapi("PublisherInvitation");

export const PublisherLoginList = z
  .object({
    items: z.array(PublisherLogin),
    invitations: z.array(Invitation),
    maxCount: z.int().openapi({ description: "Logins and invitations together." }),
  })
  .openapi("PublisherLoginList");

export const toInvitation = (row: InvitationRow): z.infer<typeof Invitation> => ({
  id: row.id,
  email: row.email,
  invitedBy: row.invitedBy,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});

export const toLoginList = ({
  logins,
  invitations,
}: PublisherLogins): z.infer<typeof PublisherLoginList> => ({
  items: logins.map(({ accountId, email, createdAt }) => ({
    accountId,
    email,
    createdAt: createdAt.toISOString(),
  })),
  invitations: invitations.map(toInvitation),
  maxCount: MAX_PUBLISHER_LOGINS,
});

const Received = z
  .object({
    id: fields.id("publisherInvitation"),
    publisher: z.object({ slug: z.string(), name: z.string() }),
    invitedBy: z.string(),
    expiresAt: fields.moment,
  })
  .openapi("ReceivedPublisherInvitation");

export const ReceivedInvitationList = z
  .object({ items: z.array(Received) })
  .openapi("ReceivedPublisherInvitationList");

export const toReceived = (row: ReceivedInvitation): z.infer<typeof Received> => ({
  id: row.id,
  publisher: { slug: row.publisher.slug, name: row.publisher.name },
  invitedBy: row.invitedBy,
  expiresAt: row.expiresAt.toISOString(),
});
