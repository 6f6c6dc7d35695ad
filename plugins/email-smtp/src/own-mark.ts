import { createHmac, timingSafeEqual } from "node:crypto";

/** 64 bits: enough that nobody guesses one, and a tagged address stays short. */
const SEAL_DIGITS = 16;
/** Marks that are looked at in one mail; a mail that is returned to us holds a few. */
const MAX_MARKS = 100;
// In a Message-ID and in a tagged address there is an `@` behind it.
const MARK = /(?<![A-Za-z0-9_-])([A-Za-z0-9_-]{1,64})\.([0-9a-f]{16})@/gi;

/**
 * What a mail of this channel is known by when it comes back: its ref and a seal, in the Message-ID and in the tagged
 * return path. Only who has got that mail can show it, so nobody can return a mail in another's name.
 */
export function markOf(key: string, ref: string): string {
  const name = ref.replace(/[^A-Za-z0-9_-]/g, "_");
  return `${name}.${sealOf(key, name)}`;
}

/** The ref of the first true mark in the texts. */
export function findOwnRef(key: string, texts: readonly string[]): string | undefined {
  let seen = 0;
  for (const text of texts) {
    for (const [, name = "", seal = ""] of text.matchAll(MARK)) {
      seen += 1;
      if (seen > MAX_MARKS) return undefined;
      if (isSeal(key, name, seal)) return name;
    }
  }
  return undefined;
}

const sealOf = (key: string, name: string) =>
  createHmac("sha256", key).update(`mark ${name}`).digest("hex").slice(0, SEAL_DIGITS);

// Some servers change the case of what they take for an address.
const isSeal = (key: string, name: string, seal: string) =>
  timingSafeEqual(Buffer.from(sealOf(key, name)), Buffer.from(seal.toLowerCase()));
