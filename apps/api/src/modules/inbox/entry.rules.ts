/** What of an inbox is listed. */
export const ENTRY_FILTERS = ["all", "unread", "to_confirm"] as const;
export type EntryFilter = (typeof ENTRY_FILTERS)[number];

/** Of those who are asked to confirm, those who have not, and those who have. */
export const CONFIRMATION_STATES = ["pending", "confirmed"] as const;
export type ConfirmationState = (typeof CONFIRMATION_STATES)[number];
