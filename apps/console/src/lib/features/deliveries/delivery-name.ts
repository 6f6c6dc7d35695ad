import { m } from "#messages";
import type { Delivery } from "../../api/client.ts";

/** Whom a delivery is for: the user, else the typed address. */
export function deliveryName({ user, address }: Pick<Delivery, "user" | "address">): string {
  return user?.name || user?.userId || address || m.deliveries_nobody();
}
