import { m } from "#messages";
import type { Tracking } from "../api/client.ts";

/** What is tracked, in a sentence. */
export function trackingText({ links, opens }: Tracking): string {
  if (links && opens) return m.tracking_of_both();
  if (links) return m.tracking_of_links();
  return opens ? m.tracking_of_opens() : m.tracking_none();
}
