import { isDeepStrictEqual } from "node:util";
import { type Fault, fault, within } from "../../faults/index.ts";
import {
  ALLOWANCE_CHANGES,
  type AllowanceEvent,
  MAX_ALLOWANCE_EVENTS,
  MAX_GRANTED,
  MAX_SUBJECT_LENGTH,
  type ReceiptEvent,
  type ReceiptInput,
  type ReceiptOutput,
} from "../../plugin/index.ts";
import { type Check, type ConformanceInput, collect, freeze, NOW } from "./subject.ts";

const MALFORMED_BODIES = [
  "",
  "null",
  "0",
  '"text"',
  "{}",
  "[null]",
  "[[]]",
  '[{"unexpected":1}]',
  "\u0000",
  "<xml/>",
  "a=1&b=2",
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
];

export const receiptsAreRepeatable: Check = ({ plugin, vectors = [] }) =>
  collect(vectors, async (vector) => {
    if (vector.call !== "parseReceipt" || !plugin.parseReceipt) return [];
    const input = freeze(vector.input);
    const again = await plugin.parseReceipt({ ...input, now: input.now + 60_000 });
    return isDeepStrictEqual(await plugin.parseReceipt(input), again)
      ? []
      : [inVector(vector)(fault("receipt_varies_later"))];
  });

export const receiptsComeInAnyOrder: Check = async ({ plugin, vectors = [] }) => {
  const pushes = vectors.filter((vector) => vector.call === "parseReceipt");
  const read = async (order: typeof pushes) => {
    const outputs = new Map<string, ReceiptOutput | undefined>();
    for (const { name, input } of order) outputs.set(name, await plugin.parseReceipt?.(freeze(input)));
    return outputs;
  };
  return isDeepStrictEqual(
    Object.fromEntries(await read(pushes)),
    Object.fromEntries(await read(pushes.toReversed())),
  )
    ? []
    : [fault("receipt_varies_by_order")];
};

/** What somebody makes who knows the vendor's form, or a proxy that cuts. */
const FORGERIES = {
  forged_cut: (body: string) => [body.slice(0, body.length / 2)],
  forged_twice: (body: string) => [body + body],
  forged_list: (body: string) => [`[${body}]`],
  forged_types: (body: string) => [body.replace(/"(?:[^"\\]|\\.)*"(?=\s*[,}\]])/g, "[7]")],
  forged_objects: forgeObjects,
  forged_numbers: (body: string) => [body.replace(/\d+/g, "9".repeat(400))],
};

const MAX_FORGED_VALUES = 100;

/** One value after the other is an object of which neither a text nor a number can be made. */
function forgeObjects(body: string): string[] {
  const values = [...body.matchAll(/:\s*(?:"(?:[^"\\]|\\.)*"|-?\d[\d.]*)(?=\s*[,}])/g)];
  return values
    .slice(0, MAX_FORGED_VALUES)
    .map(({ 0: value, index }) =>
      [body.slice(0, index), ':{"toString":{}}', body.slice(index + value.length)].join(""),
    );
}

const FORGERY_NAMES = Object.keys(FORGERIES) as (keyof typeof FORGERIES)[];

export const receiptsSurviveForgeries: Check = (subject) =>
  collect(subject.vectors ?? [], async (vector) => {
    if (vector.call !== "parseReceipt") return [];
    const forged = FORGERY_NAMES.flatMap((name) =>
      FORGERIES[name](vector.input.body).map((body) => ({ name, body })),
    );
    return collect(forged, async ({ name, body }) => {
      const output = await subject.plugin.parseReceipt?.(freeze({ ...vector.input, body }));
      const problems = output ? findOutputProblems(output) : [];
      return problems.map(within(name)).map(inVector(vector));
    });
  });

export const receiptsSurviveGarbage: Check = (subject) =>
  collect(MALFORMED_BODIES, async (body) => {
    const output = await parse(subject, body);
    if (!output) return [];
    const withBody = within("with_text", { text: JSON.stringify(body.slice(0, 40)) });
    return [
      ...(output.events.length === 0 ? [] : [fault("garbage_is_event")]),
      ...((output.allowances ?? []).length === 0 ? [] : [fault("garbage_is_consent")]),
      ...findReplyProblems(output),
    ].map(withBody);
  });

export const receiptEventsKeepTheirForm: Check = ({ plugin, vectors = [] }) =>
  collect(vectors, async (vector) => {
    if (vector.call !== "parseReceipt" || !plugin.parseReceipt) return [];
    const output = await plugin.parseReceipt(freeze(vector.input));
    return findOutputProblems(output).map(inVector(vector));
  });

export const allowancesAreDeclared: Check = ({ manifest, plugin, vectors = [] }) =>
  collect(vectors, async (vector) => {
    if (vector.call !== "parseReceipt" || !plugin.parseReceipt || manifest.allowances) return [];
    const { allowances = [] } = await plugin.parseReceipt(freeze(vector.input));
    return allowances.length === 0 ? [] : [inVector(vector)(fault("consents_undeclared"))];
  });

async function parse(
  { plugin, settings }: ConformanceInput,
  body: string,
): Promise<ReceiptOutput | undefined> {
  const input: ReceiptInput = { headers: {}, query: {}, body, settings, now: NOW };
  return plugin.parseReceipt?.(freeze(input));
}

const findOutputProblems = (output: ReceiptOutput): Fault[] => [
  ...output.events.flatMap(findEventProblems),
  ...findAllowanceProblems(output),
  ...findReplyProblems(output),
];

function findAllowanceProblems({ allowances = [] }: ReceiptOutput): Fault[] {
  const limit = MAX_ALLOWANCE_EVENTS;
  return [
    ...(allowances.length <= limit ? [] : [fault("consents_too_many", { limit })]),
    ...allowances.flatMap(findConsentProblems),
  ];
}

function findConsentProblems({ eventId, address, subject, change, count, at }: AllowanceEvent): Fault[] {
  const isWithin = (text: unknown, maxLength: number) =>
    typeof text === "string" && text.length >= 1 && text.length <= maxLength && isStorable(text);
  const isCount = Number.isInteger(count) && Number(count) >= 1 && Number(count) <= MAX_GRANTED;
  return [
    ...(isWithin(eventId, 200) ? [] : [fault("consent_id_length")]),
    ...(isWithin(address, 500) ? [] : [fault("consent_without_address")]),
    ...(isWithin(subject, MAX_SUBJECT_LENGTH) ? [] : [fault("consent_without_subject")]),
    ...(ALLOWANCE_CHANGES.includes(change) ? [] : [fault("consent_change_unknown", { change })]),
    ...(count === undefined || isCount ? [] : [fault("consent_count_odd", { count: String(count) })]),
    ...(Number.isFinite(at) ? [] : [fault("consent_without_time")]),
  ];
}

/** No database holds a NUL or half of a surrogate pair. */
const isStorable = (text: string): boolean => !/[\0\p{Cs}]/u.test(text);

const inVector = ({ name }: { name: string }) => within("in_vector", { name });

function findEventProblems(event: ReceiptEvent): Fault[] {
  const problems: Fault[] = [];
  if (event.eventId.length < 1 || event.eventId.length > 200) problems.push(fault("event_id_length"));
  if (!Number.isFinite(event.at)) problems.push(fault("event_without_time"));
  const named = event.ref || (event.batchRef && event.address) || event.vendorId;
  if (!named) problems.push(fault("event_nameless"));
  return problems;
}

function findReplyProblems({ reply }: ReceiptOutput): Fault[] {
  return Number.isInteger(reply.status) && reply.status >= 200 && reply.status < 600
    ? []
    : [fault("reply_odd", { status: String(reply.status) })];
}
