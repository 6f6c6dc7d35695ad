import { timingSafeEqual } from "node:crypto";
import { hmacSha256 } from "../../platform/crypto/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

/** Whose inbox a token opens, by which channel, who asked for it, and until when. */
export interface InboxToken {
  tenantId: string;
  channelId: string;
  /** The user's public id, which no other user ever has: the tenant's own id may be given to somebody else. */
  userId: string;
  sourceId: string;
  expiresAt: Date;
}

const PREFIX = "tdi_";
const UUID_BYTES = 16;
const EXPIRY_BYTES = 8;
const CLAIM_BYTES = 4 * UUID_BYTES + EXPIRY_BYTES;
const SEAL_BYTES = 32;
const TOKEN = new RegExp(`^${PREFIX}[A-Za-z0-9_-]{${Math.ceil(((CLAIM_BYTES + SEAL_BYTES) * 4) / 3)}}$`);

/**
 * Signs and reads tokens: `tdi_` and, in base64url, the four ids, the end, and a seal over them. Nothing is stored for
 * one, and nobody can make one without the installation's key.
 */
export function createInboxTokens(installationKey: Uint8Array) {
  const key = hmacSha256(installationKey, "inbox-tokens");

  return {
    write({ tenantId, channelId, userId, sourceId, expiresAt }: InboxToken): string {
      const claims = Buffer.concat([
        bytesOf(toUuid("tenant", tenantId)),
        bytesOf(toUuid("channel", channelId)),
        bytesOf(toUuid("user", userId)),
        bytesOf(toUuid("source", sourceId)),
        Buffer.alloc(EXPIRY_BYTES),
      ]);
      claims.writeBigUInt64BE(BigInt(expiresAt.getTime()), 4 * UUID_BYTES);
      return PREFIX + Buffer.concat([claims, hmacSha256(key, claims)]).toString("base64url");
    },

    /** Undefined unless we have signed it and its time is not over. */
    read(token: string, now: Date): InboxToken | undefined {
      if (!TOKEN.test(token)) return undefined;
      const bytes = Buffer.from(token.slice(PREFIX.length), "base64url");
      const claims = bytes.subarray(0, CLAIM_BYTES);
      if (!timingSafeEqual(bytes.subarray(CLAIM_BYTES), hmacSha256(key, claims))) return undefined;
      const expiresAt = new Date(Number(claims.readBigUInt64BE(4 * UUID_BYTES)));
      if (expiresAt <= now) return undefined;
      const uuidAt = (place: number) => uuidOf(claims.subarray(place * UUID_BYTES, (place + 1) * UUID_BYTES));
      return {
        tenantId: fromUuid("tenant", uuidAt(0)),
        channelId: fromUuid("channel", uuidAt(1)),
        userId: fromUuid("user", uuidAt(2)),
        sourceId: fromUuid("source", uuidAt(3)),
        expiresAt,
      };
    },
  };
}

export type InboxTokens = ReturnType<typeof createInboxTokens>;

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll("-", ""), "hex");

const uuidOf = (bytes: Buffer): string =>
  bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
