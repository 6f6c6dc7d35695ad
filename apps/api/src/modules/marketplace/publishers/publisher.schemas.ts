import { fields, z } from "../../../platform/http/index.ts";
import type { PublisherKeyRow, PublisherTokenRow } from "./credential.repository.ts";
import type { PublisherRow } from "./publisher.repository.ts";

export const publisherSlug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, "Use 3 to 40 small letters, digits and -, a letter first.")
  .openapi({ example: "acme" });

export const PublisherParam = z.object({ slug: publisherSlug });

export const CreatePublisherBody = z
  .strictObject({
    slug: publisherSlug.openapi({ description: "The first part of its plugins' ids. It never changes." }),
    name: fields.line(80),
    contact: z.email().max(254).openapi({ description: "Where security reports go." }),
  })
  .openapi("CreatePublisher");

export const publisherState = z.enum(["active", "suspended"]);

export const Publisher = z
  .object({
    id: fields.id("publisher"),
    slug: z.string(),
    name: z.string(),
    contact: z.string(),
    state: publisherState.openapi({ description: "A suspended one can submit nothing." }),
    createdAt: fields.moment,
  })
  .openapi("Publisher");

export const PublisherList = z.object({ items: z.array(Publisher) }).openapi("PublisherList");

export function toPublisher(row: PublisherRow): z.infer<typeof Publisher> {
  const { id, slug, name, contact, state, createdAt } = row;
  return { id, slug, name, contact, state, createdAt: createdAt.toISOString() };
}

/** 32 bytes in base64. */
export const publicKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "Not an Ed25519 public key: 32 bytes in base64.")
  .openapi({ description: "Ed25519: the raw 32 bytes in base64." });

export const keyId = z.string().regex(/^[0-9a-f]{16}$/, "Not the id of a key: 16 hexadecimal digits.");

export const AddPublisherKeyBody = z.strictObject({ publicKey }).openapi("AddPublisherKey");

export const PublisherKeyParam = PublisherParam.extend({ keyId });

export const PublisherKey = z
  .object({
    keyId: keyId.openapi({ description: "Of the key itself: the first 16 digits of its SHA-256." }),
    publicKey: z.string(),
    createdAt: fields.moment,
    revokedAt: fields.moment.nullable(),
  })
  .openapi("PublisherKey");

export const PublisherKeyList = z
  .object({ items: z.array(PublisherKey), maxLiveCount: z.int() })
  .openapi("PublisherKeyList");

export function toPublisherKey(row: PublisherKeyRow): z.infer<typeof PublisherKey> {
  return {
    keyId: row.keyId,
    publicKey: Buffer.from(row.publicKey).toString("base64"),
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

export const CreatePublisherTokenBody = z
  .strictObject({ name: fields.line(50), validDays: z.int().min(1).max(365).default(90) })
  .openapi("CreatePublisherToken");

export const PublisherTokenParam = PublisherParam.extend({ tokenId: fields.id("publisherToken") });

export const PublisherToken = z
  .object({
    id: fields.id("publisherToken"),
    name: z.string(),
    createdAt: fields.moment,
    usedAt: fields.moment.nullable(),
    expiresAt: fields.moment,
    revokedAt: fields.moment.nullable(),
  })
  .openapi("PublisherToken");

export const PublisherTokenList = z
  .object({ items: z.array(PublisherToken), maxLiveCount: z.int() })
  .openapi("PublisherTokenList");

export const NewPublisherToken = PublisherToken.extend({
  token: z.string().openapi({ description: "Shown this once.", example: "td_pub_…" }),
}).openapi("NewPublisherToken");

export function toPublisherToken(row: PublisherTokenRow): z.infer<typeof PublisherToken> {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    usedAt: row.usedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
