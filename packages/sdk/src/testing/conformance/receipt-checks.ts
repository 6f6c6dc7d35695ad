import { isDeepStrictEqual } from "node:util";
import type { ReceiptEvent, ReceiptInput, ReceiptOutput } from "../../plugin/index.ts";
import { type Check, type ConformanceInput, freeze, NOW } from "./subject.ts";

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
  vectors.flatMap((vector) => {
    if (vector.call !== "parseReceipt" || !plugin.parseReceipt) return [];
    const input = freeze(vector.input);
    const again = plugin.parseReceipt({ ...input, now: input.now + 60_000 });
    return isDeepStrictEqual(plugin.parseReceipt(input), again)
      ? []
      : [`${vector.name}: the same push, a minute later, reads differently`];
  });

export const receiptsSurviveGarbage: Check = (subject) =>
  MALFORMED_BODIES.flatMap((body) => {
    const output = parse(subject, body);
    if (!output) return [];
    const label = JSON.stringify(body.slice(0, 40));
    return [
      ...(output.events.length === 0 ? [] : [`${label} is read as an event`]),
      ...findReplyProblems(output).map((problem) => `${label}: ${problem}`),
    ];
  });

export const receiptEventsKeepTheirForm: Check = ({ plugin, vectors = [] }) =>
  vectors.flatMap((vector) => {
    if (vector.call !== "parseReceipt" || !plugin.parseReceipt) return [];
    const output = plugin.parseReceipt(freeze(vector.input));
    return [...output.events.flatMap(findEventProblems), ...findReplyProblems(output)].map(
      (problem) => `${vector.name}: ${problem}`,
    );
  });

function parse({ plugin, settings }: ConformanceInput, body: string): ReceiptOutput | undefined {
  const input: ReceiptInput = { headers: {}, query: {}, body, settings, now: NOW };
  return plugin.parseReceipt?.(freeze(input));
}

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
