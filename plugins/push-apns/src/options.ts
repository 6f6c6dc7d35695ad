import type { Settings } from "@tidings/sdk/plugin";
import type { Fault } from "./fault.ts";

/** How a notification travels: the template's word, or else the channel's. */
export interface Options {
  isUrgent: boolean;
  ttlSeconds: number;
  /** A later notification with the same key takes the place of an earlier one. */
  collapseKey: string;
  /** The number at the app's icon; undefined leaves it. */
  badge?: number;
}

/** The vendor names no limit, and keeps the latest notifications of an app for a device that is offline only. */
const LONGEST_TTL_SECONDS = 2_592_000;
const COLLAPSE_KEY = /^[\x20-\x7e]{0,64}$/;
const MAX_BADGE = 99_999;

export function readOptions(content: Record<string, string>, settings: Settings): Options | Fault {
  const { priority, ttlSeconds, collapseKey = "", badge } = content;
  const urgency = priority?.trim() || String(settings.priority);
  if (urgency !== "high" && urgency !== "normal") {
    return { code: "invalid_priority", detail: "The priority is neither high nor normal." };
  }
  const ttl = readNumber(ttlSeconds?.trim() || String(settings.ttlSeconds), LONGEST_TTL_SECONDS);
  if (ttl === undefined) {
    return { code: "invalid_ttl", detail: `The time to live is no number from 0 to ${LONGEST_TTL_SECONDS}.` };
  }
  if (!COLLAPSE_KEY.test(collapseKey)) {
    return { code: "invalid_collapse_key", detail: "The key is not up to 64 characters of ASCII." };
  }
  const number = badge?.trim() ? readNumber(badge.trim(), MAX_BADGE) : undefined;
  if (badge?.trim() && number === undefined) {
    return { code: "invalid_badge", detail: `The badge is no number from 0 to ${MAX_BADGE}.` };
  }
  return {
    isUrgent: urgency === "high",
    ttlSeconds: ttl,
    collapseKey,
    ...(number !== undefined && { badge: number }),
  };
}

function readNumber(text: string, most: number): number | undefined {
  return /^\d{1,7}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}
