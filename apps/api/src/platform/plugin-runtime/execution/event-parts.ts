import { isText } from "./plugin-output.ts";

/* What the events of a push have in common. */

const MAX_EVENT_ID_LENGTH = 200;
export const MAX_ADDRESS_LENGTH = 500;
/** Dates beyond these are a fault of the plugin, and more than a database can hold. */
const FIRST_MOMENT = 0;
const LAST_MOMENT = Date.UTC(2100, 0, 1);

export const isEventId = (value: unknown): value is string =>
  isText(value) && value !== "" && value.length <= MAX_EVENT_ID_LENGTH && isStorable(value);

/**
 * No database holds a NUL or half of a surrogate pair. An event id with one could not be kept, and a reference or code
 * would be changed by cleaning: the event would go to nobody, or say something that the vendor did not.
 */
export const isStorable = (value: unknown): boolean =>
  !isText(value) || (!value.includes("\0") && value.isWellFormed());

export const isMoment = (value: unknown): value is number =>
  typeof value === "number" && value >= FIRST_MOMENT && value < LAST_MOMENT;
