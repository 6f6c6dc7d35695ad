import {
  ALLOWANCE_CHANGES,
  type AllowanceEvent,
  MAX_ALLOWANCE_EVENTS,
  MAX_GRANTED,
  MAX_SUBJECT_LENGTH,
} from "@tidings/sdk/plugin";
import { isEventId, isMoment, isStorable, MAX_ADDRESS_LENGTH } from "./event-parts.ts";
import { PluginFault } from "./plugin-fault.ts";
import { isRecord, isText, readList } from "./plugin-output.ts";

/** Leaves out what is no event of the contract; throws PluginFault for what is no list, or too long a one. */
export function cleanAllowances(value: unknown): { events: AllowanceEvent[]; droppedCount: number } {
  const told = readList(value);
  if (told.length > MAX_ALLOWANCE_EVENTS) {
    throw new PluginFault(`parseReceipt told of more than ${MAX_ALLOWANCE_EVENTS} consents`);
  }
  const events = told.filter(isAllowanceEvent).map(toEvent);
  return { events, droppedCount: told.length - events.length };
}

const toEvent = ({ eventId, address, subject, change, count, at }: AllowanceEvent): AllowanceEvent => ({
  eventId,
  address,
  subject,
  change,
  ...(change === "granted" && { count: count ?? 1 }),
  at: Math.round(at),
});

function isAllowanceEvent(value: unknown): value is AllowanceEvent {
  if (!isRecord(value)) return false;
  const { eventId, address, subject, change, count, at } = value;
  return (
    isEventId(eventId) &&
    isName(address, MAX_ADDRESS_LENGTH) &&
    isName(subject, MAX_SUBJECT_LENGTH) &&
    (ALLOWANCE_CHANGES as readonly unknown[]).includes(change) &&
    (count === undefined || isCount(count)) &&
    isMoment(at)
  );
}

const isName = (value: unknown, maxLength: number): value is string =>
  isText(value) && value !== "" && value.length <= maxLength && isStorable(value);

const isCount = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_GRANTED;
