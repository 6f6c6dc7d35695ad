import { isDeepStrictEqual } from "node:util";
import { fault } from "../../faults/index.ts";
import { type Check, type ConformanceInput, makeBatch, makeMessages } from "./subject.ts";

/** The most requests of one round, and the longest output of a function, that the host takes. */
const MAX_REQUESTS = 4_000;
const MAX_OUTPUT_LENGTH = 16_000_000;
/** No field is tried with more, however much the manifest allows: the batch has to fit into the sandbox. */
const TRIED_LENGTH = 2_000;

export const planKeepsTheLimits: Check = async (subject) => {
  const plan = await subject.plugin.plan(fullBatch(subject));
  const length = JSON.stringify(plan).length;
  return [
    ...(plan.requests.length > MAX_REQUESTS
      ? [fault("requests_too_many", { count: plan.requests.length })]
      : []),
    ...(length > MAX_OUTPUT_LENGTH ? [fault("plan_too_long", { count: length })] : []),
  ];
};

/** A repeat comes in another batch, at another time, and has to be recognised. */
export const idempotencyKeysAreStable: Check = async (subject) => {
  if (subject.manifest.idempotency.kind === "none") return [];
  const batch = makeBatch(subject, makeMessages(subject, 1));
  const keysOf = async (change: object) => {
    const { requests } = await subject.plugin.plan({ ...batch, ...change });
    return requests.map(({ idempotencyKey }) => idempotencyKey);
  };
  const keys = await keysOf({});
  const later = await keysOf({ batchRef: "bat_again", now: batch.now + 3_600_000, seed: "beef00000000beef" });
  return [
    ...(keys.includes(undefined) ? [fault("key_missing")] : []),
    ...(isDeepStrictEqual(keys, later) ? [] : [fault("key_varies")]),
  ];
};

/** A batch of the greatest size, with fields as long as the manifest allows. */
function fullBatch(subject: ConformanceInput) {
  const { content, limits } = subject.manifest;
  const messages = makeMessages(subject, limits.batchSize).map((message) => ({
    ...message,
    content: Object.fromEntries(
      Object.keys(message.content).map((name) => [
        name,
        fill(message.content[name], content[name]?.maxLength),
      ]),
    ),
  }));
  return makeBatch(subject, messages);
}

/** The sample's text again and again, so that what has a form, such as a link, keeps its beginning. */
const fill = (text = "", maxLength = text.length) => text.padEnd(Math.min(maxLength, TRIED_LENGTH), "文");
