import { randomToken, sha256 } from "../../platform/crypto/index.ts";

/** Live keys a source may have at once: one in use, and those that overlap while rotating. */
export const MAX_LIVE_KEYS = 5;

const KEY_PREFIX = "td_live_";
const KEY_BYTES = 32;

export interface GeneratedKey {
  key: string;
  keyHash: Buffer;
  lastFour: string;
}

/** A new key: 256 random bits, so that a plain hash is enough to keep it. */
export function generateApiKey(): GeneratedKey {
  const key = `${KEY_PREFIX}${randomToken(KEY_BYTES)}`;
  return { key, keyHash: sha256(key), lastFour: key.slice(-4) };
}

export const looksLikeApiKey = (text: string): boolean => /^td_live_[A-Za-z0-9_-]{43}$/.test(text);
