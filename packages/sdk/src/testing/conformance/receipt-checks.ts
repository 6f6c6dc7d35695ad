import { isDeepStrictEqual } from "node:util";
import type { ReceiptEvent, ReceiptInput, ReceiptOutput } from "../../plugin/index.ts";
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
      const problems = output
        ? [...output.events.flatMap(findEventProblems), ...findReplyProblems(output)]
        : [];
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
      ...findReplyProblems(output).map((problem) => `${label}: ${problem}`),
    ];
  });

export const receiptEventsKeepTheirForm: Check = ({ plugin, vectors = [] }) =>
  collect(vectors, async (vector) => {
    if (vector.call !== "parseReceipt" || !plugin.parseReceipt) return [];
    const output = await plugin.parseReceipt(freeze(vector.input));
    return [...output.events.flatMap(findEventProblems), ...findReplyProblems(output)].map(
      (problem) => `${vector.name}: ${problem}`,
    );
  });

async function parse(
  { plugin, settings }: ConformanceInput,
  body: string,
): Promise<ReceiptOutput | undefined> {
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
