/**
 * How urgent what is said is: `critical` passes quiet hours and frequency caps, `service` is the ordinary case, and
 * `marketing` can wait.
 */
export const MESSAGE_CATEGORIES = ["critical", "service", "marketing"] as const;
export type MessageCategory = (typeof MESSAGE_CATEGORIES)[number];

/** Of what says nothing about it. */
export const DEFAULT_CATEGORY: MessageCategory = "service";
