import type { schema } from "@tidings/db";

/** An audience that names its recipients one by one. */
export type ListedAudience = Extract<schema.Audience, { kind: "users" | "addresses" }>;

export const isListed = (audience: schema.Audience): audience is ListedAudience =>
  audience.kind === "users" || audience.kind === "addresses";

/**
 * Whether a message's deliveries are made together with those of others, as `is_named` has it: it names its recipients, and
 * waits neither for a message that says the same nor for its rate.
 */
export const isNamed = ({
  audience,
  options,
  rate,
  ratePerSecond,
}: {
  audience: schema.Audience;
  options: schema.SendingOptions;
  rate: schema.Rate | null;
  ratePerSecond: number | null;
}): boolean =>
  isListed(audience) && options.deduplicateSeconds === undefined && (rate === null || ratePerSecond !== null);

/** How many recipients it names, each counted once. */
export function countListed(audience: ListedAudience): number {
  if (audience.kind === "users") return new Set(audience.userIds).size;
  return new Set(audience.addresses.map(({ address }) => keyOf(address))).size;
}

/** An address as it is compared, as the database's `address_key` has it. */
const keyOf = (address: string) => address.replace(/^\+86(?=1\d{10}$)/, "").toLowerCase();
