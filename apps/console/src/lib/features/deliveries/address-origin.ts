import { m } from "#messages";
import type { Delivery } from "../../api/client.ts";

const texts = {
  all: m.deliveries_origin_all,
  source: m.deliveries_origin_source,
  channel: m.deliveries_origin_channel,
  custom: m.deliveries_origin_custom,
  user: m.deliveries_origin_user,
};

/** Why this address was chosen among those the user has. */
export function originText(origin: Delivery["addressOrigin"]): string | undefined {
  return origin === null ? undefined : texts[origin]();
}
