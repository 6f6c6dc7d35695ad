import { m } from "#messages";
import type { FrequencyCap } from "../api/client.ts";
import { categoryText } from "./category-text.ts";

const DAY = 24;

/** 每天; 每 6 小时 */
export function capWindowText(hours: number): string {
  if (hours === 1) return m.cap_every_hour();
  if (hours === DAY) return m.cap_every_day();
  return hours % DAY === 0 ? m.cap_every_days({ days: hours / DAY }) : m.cap_every_hours({ hours });
}

/** 每人每天最多 3 条营销短信 */
export function capText(
  cap: Omit<FrequencyCap, "category"> & { category?: FrequencyCap["category"] },
  kind?: string,
): string {
  const category = cap.category ? categoryText(cap.category) : "";
  const what = kind ?? m.cap_messages();
  return m.cap_text({
    window: capWindowText(cap.hours),
    limit: cap.limit,
    what: category ? m.cap_of_category({ category, what }) : what,
  });
}

const CODE = /^(\d+)\/(\d+)h(?: ([a-z0-9_*]+))?(?: (service|marketing))?$/;

/** A cap as a delivery's reason names it: `3/24h sms marketing`. */
export function readCap(code: string): FrequencyCap | undefined {
  const [, limit, hours, kind, category] = CODE.exec(code) ?? [];
  if (!limit || !hours) return undefined;
  return {
    limit: Number(limit),
    hours: Number(hours),
    channelKind: kind && kind !== "*" ? kind : null,
    category: (category as FrequencyCap["category"]) ?? null,
  };
}
