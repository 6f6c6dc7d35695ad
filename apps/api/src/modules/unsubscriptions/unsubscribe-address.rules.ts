import { createCipheriv, createDecipheriv } from "node:crypto";
import { hmacSha256 } from "../../platform/crypto/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";

/**
 * Where a recipient says that they want no more: `/u/` and, in base64url, who and what it is about, encrypted: the tenant,
 * the channel kind, the address and the day. Nothing is stored for it, nobody can read it or make one, and it works
 * longer than deliveries are kept. The nonce is made from what is encrypted, so the same mail has the same address when it
 * is sent again.
 */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const TENANT_BYTES = 16;
const DAY_BYTES = 2;
const HEAD_BYTES = DAY_BYTES + TENANT_BYTES + 1;
const MIN_BYTES = NONCE_BYTES + TAG_BYTES + HEAD_BYTES;
const DAY_MS = 86_400_000;
/** Two years: by then an address may be another's. */
const VALID_DAYS = 730;
const ALGORITHM = "aes-256-gcm";
/** As long as the longest address of a user makes one. */
const MAX_TOKEN_CHARACTERS = 3_000;
/** What a program took along behind the address, such as a full stop, is no part of it. */
const TOKEN = new RegExp(`^[A-Za-z0-9_-]{40,${MAX_TOKEN_CHARACTERS}}(?![A-Za-z0-9_-])`);
/** As long as that of a usual address. */
const SAMPLE_CHARACTERS = 96;

export interface Recipient {
  tenantId: string;
  kind: string;
  address: string;
}

export function createUnsubscribeAddresses(publicUrl: string, installationKey: Uint8Array) {
  const cipherKey = hmacSha256(installationKey, "unsubscribe-addresses");
  const nonceKey = hmacSha256(installationKey, "unsubscribe-address-nonces");
  const base = `${publicUrl.replace(/\/+$/, "")}/u/`;
  const nonceOf = (text: Uint8Array) => hmacSha256(nonceKey, text).subarray(0, NONCE_BYTES);

  function decrypt(bytes: Buffer): Buffer | undefined {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, cipherKey, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  return {
    /** Looks like one and is none. */
    sample: `${base}${"x".repeat(SAMPLE_CHARACTERS)}`,

    write(recipient: Recipient, now: Date): string {
      const text = pack(recipient, dayOf(now));
      const nonce = nonceOf(text);
      const cipher = createCipheriv(ALGORITHM, cipherKey, nonce, { authTagLength: TAG_BYTES });
      const body = Buffer.concat([cipher.update(text), cipher.final()]);
      return `${base}${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url")}`;
    },

    /** Undefined unless we have given the address out, and not too long ago. */
    read(path: string, now: Date): Recipient | undefined {
      const token = TOKEN.exec(path)?.[0];
      const bytes = Buffer.from(token ?? "", "base64url");
      // Base64 leaves bits over: one address has one spelling.
      if (bytes.toString("base64url") !== token || bytes.length <= MIN_BYTES) return undefined;
      const text = decrypt(bytes);
      if (!text || dayOf(now) > text.readUInt16BE(0) + VALID_DAYS) return undefined;
      return unpack(text);
    },
  };
}

export type UnsubscribeAddresses = ReturnType<typeof createUnsubscribeAddresses>;

const dayOf = (at: Date) => Math.floor(at.getTime() / DAY_MS);

function pack({ tenantId, kind, address }: Recipient, day: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(day);
  head.set(Buffer.from(toUuid("tenant", tenantId).replaceAll("-", ""), "hex"), DAY_BYTES);
  head[HEAD_BYTES - 1] = kind.length;
  return Buffer.concat([head, Buffer.from(kind), Buffer.from(address)]);
}

function unpack(text: Buffer): Recipient {
  const kindEnd = HEAD_BYTES + (text[HEAD_BYTES - 1] ?? 0);
  return {
    tenantId: fromUuid("tenant", text.subarray(DAY_BYTES, DAY_BYTES + TENANT_BYTES).toString("hex")),
    kind: text.subarray(HEAD_BYTES, kindEnd).toString(),
    address: text.subarray(kindEnd).toString(),
  };
}
