import { QUERY_STATUSES, type QueryAnswer, RECALL_STATUSES, type RecallResult } from "@tidings/sdk/plugin";
import type { Redact } from "../auth/redaction.ts";
import type { ContractBreaches } from "./batch-outcome.ts";
import { cleanText, MAX_CODE_LENGTH, MAX_DETAIL_LENGTH } from "./foreign-text.ts";
import { isRecord, isText } from "./plugin-output.ts";

const MAX_EVENT_ID_LENGTH = 200;
/** Dates beyond these are a fault of the plugin, and more than a database can hold. */
const LAST_MOMENT = Date.UTC(2100, 0, 1);

type Said = QueryAnswer | RecallResult;
/** Reads what a plugin said of one message, field by field; undefined for what is none of the contract. */
export type ReadSaid<T extends Said> = (value: Record<string, unknown>, redact: Redact) => T | undefined;

export const readAnswer: ReadSaid<QueryAnswer> = (value, redact) => {
  const status = QUERY_STATUSES.find((one) => one === value.status);
  if (!status || !isText(value.ref)) return undefined;
  const { at, eventId } = value;
  return {
    ref: value.ref,
    status,
    ...(typeof at === "number" && at >= 0 && at < LAST_MOMENT && { at: Math.round(at) }),
    ...(isEventId(eventId) && { eventId }),
    ...textsOf(value, redact),
  };
};

export const readRecall: ReadSaid<RecallResult> = (value, redact) => {
  const status = RECALL_STATUSES.find((one) => one === value.status);
  return status && isText(value.ref) ? { ref: value.ref, status, ...textsOf(value, redact) } : undefined;
};

const isEventId = (value: unknown): value is string =>
  isText(value) &&
  value !== "" &&
  value.length <= MAX_EVENT_ID_LENGTH &&
  !value.includes("\0") &&
  value.isWellFormed();

function textsOf(value: Record<string, unknown>, redact: Redact): { code?: string; detail?: string } {
  const code = cleanText(value.code, MAX_CODE_LENGTH, redact);
  const detail = cleanText(value.detail, MAX_DETAIL_LENGTH, redact);
  return { ...(code && { code }), ...(detail && { detail }) };
}

/**
 * Gathers what was said about messages and makes every ref come out exactly once: the first word on a ref counts, what
 * is said of others is dropped, and a ref without a word is `unanswered`.
 */
export class FollowUpOutcome<T extends Said> {
  readonly breaches: ContractBreaches = { missing: 0, duplicate: 0, foreign: 0, malformed: 0 };
  readonly #said: Map<string, T | undefined>;
  readonly #read: ReadSaid<T>;
  readonly #redact: Redact;

  constructor(refs: readonly string[], read: ReadSaid<T>, redact: Redact) {
    this.#said = new Map(refs.map((ref) => [ref, undefined]));
    this.#read = read;
    this.#redact = redact;
  }

  add(values: readonly unknown[]): void {
    for (const value of values) {
      const said = isRecord(value) ? this.#read(value, this.#redact) : undefined;
      if (!said) this.breaches.malformed += 1;
      else if (!this.#said.has(said.ref)) this.breaches.foreign += 1;
      else if (this.#said.get(said.ref)) this.breaches.duplicate += 1;
      else this.#said.set(said.ref, said);
    }
  }

  /** Every ref once, in the order asked; those left over are `unanswered`, with the given code. */
  complete(missing: { code: string; detail: string }): T[] {
    return [...this.#said].map(([ref, said]) => {
      if (said) return said;
      this.breaches.missing += 1;
      return { ref, status: "unanswered", ...missing } as T;
    });
  }
}
