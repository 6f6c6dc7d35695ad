import type { OwnCode } from "./answers.ts";

/** The code with which a device is refused, by the last four characters of its token; the others get what is sent. */
const FATES = new Map<string, OwnCode>([
  ["6666", "UNREGISTERED"],
  ["5555", "SENDER_ID_MISMATCH"],
  ["9999", "INVALID_ARGUMENT"],
  ["4444", "THIRD_PARTY_AUTH_ERROR"],
]);

const TOKEN = /^[A-Za-z0-9_:-]{100,}$/;

export function fateOf(token: string): OwnCode | undefined {
  return TOKEN.test(token) ? FATES.get(token.slice(-4)) : "INVALID_ARGUMENT";
}
