import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const IV_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/**
 * AES-256-GCM with a fresh 96-bit IV: `iv ‖ tag ‖ ciphertext`. The context (tenant, row, field, key version) is
 * authenticated with it, so a ciphertext moved to another place does not decrypt.
 */
export function seal(key: Uint8Array, plaintext: Uint8Array, context: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Undoes `seal`; throws when key, context or bytes do not fit. */
export function open(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}

/** A new tenant data key, wrapped by the installation's key-encryption key. */
export function newWrappedKey(installationKey: Uint8Array, tenantId: string, version: number): Buffer {
  return seal(installationKey, randomBytes(KEY_BYTES), dataKeyContext(tenantId, version));
}

export function unwrapKey(
  installationKey: Uint8Array,
  wrapped: Uint8Array,
  tenantId: string,
  version: number,
): Buffer {
  return open(installationKey, wrapped, dataKeyContext(tenantId, version));
}

const dataKeyContext = (tenantId: string, version: number) => `tenant_keys/${tenantId}/${version}`;
