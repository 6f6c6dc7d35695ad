import { customType, timestamp } from "drizzle-orm/pg-core";
import { fromUuid, type IdKind, toUuid } from "../ids.ts";

/** A uuid column that code sees as a prefixed public id. */
export const publicId = (kind: IdKind) =>
  customType<{ data: string; driverData: string }>({
    dataType: () => "uuid",
    toDriver: (id) => toUuid(kind, id),
    fromDriver: (uuid) => fromUuid(kind, uuid),
  });

export const accountId = publicId("account");
export const apiKeyId = publicId("apiKey");
export const approvalFlowId = publicId("approvalFlow");
export const approvalRequestId = publicId("approvalRequest");
export const audienceFileId = publicId("audienceFile");
export const callbackEndpointId = publicId("callbackEndpoint");
export const callbackId = publicId("callback");
export const channelId = publicId("channel");
export const departmentId = publicId("department");
export const identityId = publicId("identity");
export const memberId = publicId("member");
export const messageId = publicId("message");
export const policyId = publicId("policy");
export const policyVersionId = publicId("policyVersion");
export const publisherId = publicId("publisher");
export const publisherInvitationId = publicId("publisherInvitation");
export const publisherTokenId = publicId("publisherToken");
export const recallId = publicId("recall");
export const recipientListId = publicId("recipientList");
export const registryId = publicId("registry");
export const roleId = publicId("role");
export const segmentId = publicId("segment");
export const seriesId = publicId("series");
export const sessionId = publicId("session");
export const sourceId = publicId("source");
export const suppressionId = publicId("suppression");
export const tagId = publicId("tag");
export const templateId = publicId("template");
export const templateVersionId = publicId("templateVersion");
export const tenantIdType = publicId("tenant");
export const userId = publicId("user");

export const tenantId = () => tenantIdType("tenant_id").notNull();
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
export const createdAt = () => moment("created_at").notNull().defaultNow();
export const updatedAt = () => moment("updated_at").notNull().defaultNow();

export const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => "bytea",
  toDriver: (value) => Buffer.from(value),
  fromDriver: (value) => new Uint8Array(value),
});
