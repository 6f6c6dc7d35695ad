import { randomToken, sha256 } from "../../../platform/crypto/index.ts";

/** Publishers that one login may make. */
export const MAX_PUBLISHERS = 5;
/** Live keys of a publisher at once: one in use, and those that overlap while changing over. */
export const MAX_LIVE_PUBLISHER_KEYS = 5;
/** Keys of a publisher in all, revoked ones included: they stay, for what was signed with them stays. */
export const MAX_PUBLISHER_KEYS = 20;
/** Live tokens of a publisher at once. */
export const MAX_LIVE_PUBLISHER_TOKENS = 10;

/** Names that would be taken for ours, or for nobody's. */
const RESERVED = new Set([
  "admin",
  "core",
  "example",
  "marketplace",
  "native",
  "official",
  "operator",
  "plugin",
  "plugins",
  "registry",
  "root",
  "support",
  "system",
  "test",
  "tidings",
]);

/** Whether a slug belongs to nobody who may register: our own names, and what begins with ours. */
export const isReservedSlug = (slug: string): boolean => RESERVED.has(slug) || slug.startsWith("tidings-");

const TOKEN_PREFIX = "td_pub_";
const TOKEN_BYTES = 32;

export interface GeneratedToken {
  token: string;
  tokenHash: Buffer;
}

/** A new token: 256 random bits, so that a plain hash is enough to keep it. */
export function generatePublisherToken(): GeneratedToken {
  const token = `${TOKEN_PREFIX}${randomToken(TOKEN_BYTES)}`;
  return { token, tokenHash: sha256(token) };
}

export const looksLikePublisherToken = (text: string): boolean => /^td_pub_[A-Za-z0-9_-]{43}$/.test(text);
