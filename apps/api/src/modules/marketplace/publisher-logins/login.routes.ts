import {
  createRoute,
  createRouter,
  json,
  jsonBody,
  memberAccess,
  problems,
  type Router,
} from "../../../platform/http/index.ts";
import { Publisher, PublisherParam, toPublisher } from "../publishers/publisher.schemas.ts";
import type { PublisherInvitationService } from "./invitation.service.ts";
import {
  Invitation,
  InvitationOfPublisherParam,
  InvitationParam,
  InviteLoginBody,
  PublisherLoginList,
  PublisherLoginParam,
  ReceivedInvitationList,
  toInvitation,
  toLoginList,
  toReceived,
} from "./login.schemas.ts";
import type { PublisherLoginService } from "./login.service.ts";

const tags = ["Publishers"];

const listPublisherLogins = createRoute({
  method: "get",
  path: "/v1/publishers/{slug}/logins",
  operationId: "listPublisherLogins",
  tags,
  summary: "List who may act for a publisher, and who is invited to",
  ...memberAccess,
  request: { params: PublisherParam },
  responses: { 200: json(PublisherLoginList, "The logins, the first one first"), ...problems(404) },
});

const removePublisherLogin = createRoute({
  method: "delete",
  path: "/v1/publishers/{slug}/logins/{accountId}",
  operationId: "removePublisherLogin",
  tags,
  summary: "Let a login act for a publisher no more; never the last one",
  ...memberAccess,
  request: { params: PublisherLoginParam },
  responses: { 204: { description: "Removed" }, ...problems(404, 409) },
});

const invitePublisherLogin = createRoute({
  method: "post",
  path: "/v1/publishers/{slug}/invitations",
  operationId: "invitePublisherLogin",
  tags,
  summary: "Invite the login of an email to act for a publisher",
  ...memberAccess,
  request: { params: PublisherParam, body: jsonBody(InviteLoginBody) },
  responses: { 201: json(Invitation, "The invitation"), ...problems(400, 404, 409, 413, 415) },
});

const withdrawPublisherInvitation = createRoute({
  method: "delete",
  path: "/v1/publishers/{slug}/invitations/{invitationId}",
  operationId: "withdrawPublisherInvitation",
  tags,
  summary: "Take an invitation back",
  ...memberAccess,
  request: { params: InvitationOfPublisherParam },
  responses: { 204: { description: "Taken back" }, ...problems(404) },
});

const listPublisherInvitations = createRoute({
  method: "get",
  path: "/v1/publisher-invitations",
  operationId: "listPublisherInvitations",
  tags,
  summary: "List the publishers that one's login is invited to act for",
  ...memberAccess,
  responses: { 200: json(ReceivedInvitationList, "The invitations, by slug"), ...problems() },
});

const acceptPublisherInvitation = createRoute({
  method: "post",
  path: "/v1/publisher-invitations/{invitationId}/acceptance",
  operationId: "acceptPublisherInvitation",
  tags,
  summary: "Act for a publisher from now on",
  ...memberAccess,
  request: { params: InvitationParam },
  responses: { 200: json(Publisher, "The publisher"), ...problems(404, 409) },
});

const declinePublisherInvitation = createRoute({
  method: "delete",
  path: "/v1/publisher-invitations/{invitationId}",
  operationId: "declinePublisherInvitation",
  tags,
  summary: "Decline an invitation",
  ...memberAccess,
  request: { params: InvitationParam },
  responses: { 204: { description: "Declined" }, ...problems(404) },
});

export function publisherLoginRoutes(
  logins: PublisherLoginService,
  invitations: PublisherInvitationService,
): Router {
  const router = createRouter();

  router.openapi(listPublisherLogins, async (c) => {
    const found = await logins.listLogins(c.get("ctx"), c.req.valid("param").slug);
    return c.json(toLoginList(found), 200);
  });

  router.openapi(removePublisherLogin, async (c) => {
    const { slug, accountId } = c.req.valid("param");
    await logins.removeLogin(c.get("ctx"), slug, accountId);
    return c.body(null, 204);
  });

  router.openapi(invitePublisherLogin, async (c) => {
    const { email } = c.req.valid("json");
    const invitation = await logins.inviteLogin(c.get("ctx"), c.req.valid("param").slug, email);
    return c.json(toInvitation(invitation), 201);
  });

  router.openapi(withdrawPublisherInvitation, async (c) => {
    const { slug, invitationId } = c.req.valid("param");
    await logins.withdrawInvitation(c.get("ctx"), slug, invitationId);
    return c.body(null, 204);
  });

  router.openapi(listPublisherInvitations, async (c) => {
    const items = await invitations.listInvitations(c.get("ctx"));
    return c.json({ items: items.map(toReceived) }, 200);
  });

  router.openapi(acceptPublisherInvitation, async (c) => {
    const { invitationId } = c.req.valid("param");
    const publisher = await invitations.acceptInvitation(c.get("ctx"), invitationId);
    return c.json(toPublisher(publisher), 200);
  });

  router.openapi(declinePublisherInvitation, async (c) => {
    await invitations.declineInvitation(c.get("ctx"), c.req.valid("param").invitationId);
    return c.body(null, 204);
  });

  return router;
}
