import type { Settings } from "@tidings/sdk/plugin";
import type { Fault } from "./fault.ts";

/** How a notification travels: the template's word, or else the channel's. */
export interface Options {
  isUrgent: boolean;
  ttlSeconds: number;
  /** A later notification with the same key takes the place of an earlier one. */
  collapseKey: string;
}

/** Four weeks: https://firebase.google.com/docs/cloud-messaging/concept-options */
const LONGEST_TTL_SECONDS = 2_419_200;
/** What a device of Apple's takes, to which this vendor hands the key on in a header. */
const COLLAPSE_KEY = /^[\x20-\x7e]{0,64}$/;

export function readOptions(content: Record<string, string>, settings: Settings): Options | Fault {
  const { priority, ttlSeconds, collapseKey = "" } = content;
  const urgency = priority?.trim() || String(settings.priority);
  if (urgency !== "high" && urgency !== "normal") {
    return { code: "invalid_priority", detail: "The priority is neither high nor normal." };
  }
  const ttl = ttlSeconds?.trim() || String(settings.ttlSeconds);
  if (!/^\d{1,7}$/.test(ttl) || Number(ttl) > LONGEST_TTL_SECONDS) {
    return { code: "invalid_ttl", detail: `The time to live is no number from 0 to ${LONGEST_TTL_SECONDS}.` };
  }
  if (!COLLAPSE_KEY.test(collapseKey)) {
    return { code: "invalid_collapse_key", detail: "The key is not up to 64 characters of ASCII." };
  }
  return { isUrgent: urgency === "high", ttlSeconds: Number(ttl), collapseKey };
}
