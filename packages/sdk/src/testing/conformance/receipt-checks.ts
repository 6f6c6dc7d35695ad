import { isDeepStrictEqual } from "node:util";
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
      : [`${vector.name}: the same push, a minute later, reads differently`];
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
    : ["reads pushes differently when they come in another order"];
};

/** What somebody makes who knows the vendor's form, or a proxy that cuts. */
const FORGERIES: Record<string, (body: string) => string> = {
  "cut off": (body) => body.slice(0, body.length / 2),
  "said twice over": (body) => body + body,
  "within a list": (body) => `[${body}]`,
  "with other types": (body) => body.replace(/"(?:[^"\\]|\\.)*"(?=\s*[,}\]])/g, "[7]"),
  "with numbers beyond reason": (body) => body.replace(/\d+/g, "9".repeat(400)),
};

export const receiptsSurviveForgeries: Check = (subject) =>
  collect(subject.vectors ?? [], async (vector) => {
    if (vector.call !== "parseReceipt") return [];
    return collect(Object.entries(FORGERIES), async ([name, forge]) => {
      const body = forge(vector.input.body);
      const output = await subject.plugin.parseReceipt?.(freeze({ ...vector.input, body }));
      const problems = output ? findOutputProblems(output) : [];
      return problems.map((problem) => `${vector.name}, ${name}: ${problem}`);
    });
  });

export const receiptsSurviveGarbage: Check = (subject) =>
  collect(MALFORMED_BODIES, async (body) => {
    const output = await parse(subject, body);
    if (!output) return [];
    const label = JSON.stringify(body.slice(0, 40));
    return [
      ...(output.events.length === 0 ? [] : [`${label} is read as an event`]),
      ...((output.allowances ?? []).length === 0 ? [] : [`${label} is read as a consent`]),
      ...findReplyProblems(output).map((problem) => `${label}: ${problem}`),
    ];
  });

export const receiptEventsKeepTheirForm: Check = ({ plugin, vectors = [] }) =>
  collect(vectors, async (vector) => {
    if (vector.call !== "parseReceipt" || !plugin.parseReceipt) return [];
    const output = await plugin.parseReceipt(freeze(vector.input));
    return findOutputProblems(output).map((problem) => `${vector.name}: ${problem}`);
  });

export const allowancesAreDeclared: Check = ({ manifest, plugin, vectors = [] }) =>
  collect(vectors, async (vector) => {
    if (vector.call !== "parseReceipt" || !plugin.parseReceipt || manifest.allowances) return [];
    const { allowances = [] } = await plugin.parseReceipt(freeze(vector.input));
    return allowances.length === 0 ? [] : [`${vector.name}: reads consents and declares no allowances`];
  });

async function parse(
  { plugin, settings }: ConformanceInput,
  body: string,
): Promise<ReceiptOutput | undefined> {
  const input: ReceiptInput = { headers: {}, query: {}, body, settings, now: NOW };
  return plugin.parseReceipt?.(freeze(input));
}

const findOutputProblems = (output: ReceiptOutput): string[] => [
  ...output.events.flatMap(findEventProblems),
  ...findAllowanceProblems(output),
  ...findReplyProblems(output),
];

function findAllowanceProblems({ allowances = [] }: ReceiptOutput): string[] {
  return [
    ...(allowances.length <= MAX_ALLOWANCE_EVENTS ? [] : ["one push tells of too many consents"]),
    ...allowances.flatMap(findConsentProblems),
  ];
}

function findConsentProblems({ eventId, address, subject, change, count, at }: AllowanceEvent): string[] {
  const isWithin = (text: unknown, maxLength: number) =>
    typeof text === "string" && text.length >= 1 && text.length <= maxLength && isStorable(text);
  const isCount = Number.isInteger(count) && Number(count) >= 1 && Number(count) <= MAX_GRANTED;
  return [
    ...(isWithin(eventId, 200) ? [] : ["the eventId of a consent is not 1 to 200 long"]),
    ...(isWithin(address, 500) ? [] : ["a consent names no address"]),
    ...(isWithin(subject, MAX_SUBJECT_LENGTH) ? [] : ["a consent names no subject"]),
    ...(ALLOWANCE_CHANGES.includes(change) ? [] : [`${change} is no change of consents`]),
    ...(count === undefined || isCount ? [] : [`a consent is for ${count} messages`]),
    ...(Number.isFinite(at) ? [] : ["a consent has no time"]),
  ];
}

/** No database holds a NUL or half of a surrogate pair. */
const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

function findEventProblems(event: ReceiptEvent): string[] {
  const problems: string[] = [];
  if (event.eventId.length < 1 || event.eventId.length > 200)
    problems.push("an eventId is not 1 to 200 long");
  if (!Number.isFinite(event.at)) problems.push("an event has no time");
  const named = event.ref || (event.batchRef && event.address) || event.vendorId;
  if (!named) problems.push("an event names no message");
  return problems;
}

function findReplyProblems({ reply }: ReceiptOutput): string[] {
  return Number.isInteger(reply.status) && reply.status >= 200 && reply.status < 600
    ? []
    : [`${reply.status} is no reply`];
}
