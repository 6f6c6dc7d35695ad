/**
 * What becomes of a push to a device, by the last four characters of its registration id or alias.
 * - `malformed`: no registration id at all; refused alone, passed over among others
 * - `missing`: the app has no such device
 * - `offline`: never comes online
 * - `late`: comes online a good while later
 * - `unclear`: the vendor cannot say what became of it
 */
export type Fate = "malformed" | "missing" | "offline" | "late" | "unclear" | "online";

const FATES = new Map<string, Fate>([
  ["9999", "malformed"],
  ["6666", "missing"],
  ["0000", "offline"],
  ["8888", "late"],
  ["5555", "unclear"],
]);
const LATENESS = 10;

export const fateOf = (recipient: string): Fate => FATES.get(recipient.slice(-4)) ?? "online";

export const exists = (recipient: string): boolean => !["malformed", "missing"].includes(fateOf(recipient));

/** When the notification is on the device; undefined if never. */
export function arrivalOf(recipient: string, now: number, delayMs: number): number | undefined {
  const fate = fateOf(recipient);
  if (fate === "offline") return undefined;
  return now + delayMs * (fate === "late" ? LATENESS : 0.5 + Math.random());
}
