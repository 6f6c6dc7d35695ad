import type { schema } from "@tidings/db";

/** An audience that names its recipients one by one. */
export type ListedAudience = Extract<schema.Audience, { kind: "users" | "addresses" }>;

export const isListed = (audience: schema.Audience): audience is ListedAudience =>
  audience.kind === "users" || audience.kind === "addresses";

/** How many recipients it names, each counted once. */
export function countListed(audience: ListedAudience): number {
  if (audience.kind === "users") return new Set(audience.userIds).size;
  return new Set(audience.addresses.map(({ address }) => keyOf(address))).size;
}

/** An address as it is compared, as the database's `address_key` has it. */
const keyOf = (address: string) => address.replace(/^\+86(?=1\d{10}$)/, "").toLowerCase();
