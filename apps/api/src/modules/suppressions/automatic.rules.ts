import type { SuppressingCode } from "@tidings/sdk/plugin";

/** A vendor's word that nothing more should go to the address of a delivery. */
export interface DeadAddress {
  /** Row key. */
  deliveryId: string;
  origin: SuppressingCode["origin"];
  code: string;
  /** How long it is believed; null: until somebody takes the entry away. */
  days: number | null;
}

type SuppressingCodes = Readonly<Record<string, SuppressingCode>>;

/** What of the news says that an address is dead, or that its owner wants no more; by the plugin's own list of codes. */
export function deadAddressesIn(
  news: readonly { deliveryId: string; code: string | undefined }[],
  codes: SuppressingCodes = {},
): DeadAddress[] {
  return news.flatMap(({ deliveryId, code }) => {
    const known = code !== undefined && Object.hasOwn(codes, code) ? codes[code] : undefined;
    return known && code ? [{ deliveryId, code, origin: known.origin, days: known.days ?? null }] : [];
  });
}
