import type { Reason } from "./reasons.ts";

/** The reason for which a device is refused, by the last four digits of its token; the others get what is sent. */
const FATES = new Map<string, Reason>([
  ["6666", "Unregistered"],
  ["9999", "BadDeviceToken"],
  ["5555", "DeviceTokenNotForTopic"],
  ["0000", "BadDeviceToken"],
]);

const TOKEN = /^[0-9a-f]{64}$/i;

export function fateOf(token: string): Reason | undefined {
  return TOKEN.test(token) ? FATES.get(token.slice(-4)) : "BadDeviceToken";
}
