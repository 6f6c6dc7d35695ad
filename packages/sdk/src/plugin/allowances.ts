/**
 * The vendor takes a message only if the recipient has allowed it, and each consent is good for one. The host keeps count,
 * for each address and subject, of what `parseReceipt` and sources tell, and holds back what it knows to be refused; where
 * it knows nothing, the vendor decides.
 *
 * @example
 * ```json
 * "allowances": {
 *   "subject": "templateId",
 *   "when": { "field": "consent", "values": ["one_time"] },
 *   "noneLeft": ["43101"]
 * }
 * ```
 */
export interface AllowanceAbility {
  /** The content field that names what is allowed, such as a template at the vendor. */
  subject: string;
  /**
   * Only renderings whose field `field`, one with `choices`, has one of the values use consents up. Without it all do that
   * fill in the subject.
   */
  when?: { field: string; values: string[] };
  /** The codes of a `rejected` result which say that no consent is left. Each needs words in `errors`. */
  noneLeft: string[];
}

/** What becomes of a recipient's consents: there is more, or what was there is gone. */
export const ALLOWANCE_CHANGES = ["granted", "withdrawn"] as const;
export type AllowanceChange = (typeof ALLOWANCE_CHANGES)[number];

/** The most events of one push. */
export const MAX_ALLOWANCE_EVENTS = 1_000;
/** The longest subject, characters. */
export const MAX_SUBJECT_LENGTH = 200;
/** The most messages that one event grants. */
export const MAX_GRANTED = 100;

/** A recipient's word, as the vendor passes it on, about messages that need their consent one by one. */
export interface AllowanceEvent {
  /** Identifies the event at the vendor, so that a repeat is recognised. At most 200 characters. */
  eventId: string;
  /** At most 500 characters. */
  address: string;
  /** What is allowed, as the content field has it that the manifest names. At most 200 characters. */
  subject: string;
  /** `withdrawn`: everything that was granted before. That somebody grants no more is no event. */
  change: AllowanceChange;
  /** With `granted`: how many more messages, 1 to 100; one if it is not said. */
  count?: number;
  /** When it happened, milliseconds since 1970, UTC. */
  at: number;
}

/** What a rendered message uses a consent for; undefined if it needs none. */
export function subjectOf(
  { subject, when }: AllowanceAbility,
  content: Readonly<Record<string, string>>,
): string | undefined {
  if (when && !when.values.includes(content[when.field] ?? "")) return undefined;
  return content[subject] || undefined;
}
