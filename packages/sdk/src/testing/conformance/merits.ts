import type { Vector } from "../vectors.ts";
import { findCodes } from "./codes.ts";
import { type Check, type ConformanceInput, freeze } from "./subject.ts";

/*
 * What makes a plugin silver or gold. A grade says what the people who use a channel get to know, so it does not ask
 * whether the plugin or its vendor is to blame for what is missing.
 */

export const tellsWhatBecameOfMessages: Check = ({ manifest }) =>
  manifest.receipts.mode === "none" && !manifest.query
    ? ["has neither receipts nor query: nobody learns what became of a message"]
    : [];

export const provesItsSettings: Check = ({ plugin }) =>
  plugin.verify ? [] : ["has no verify: a channel's settings cannot be tested without sending"];

const FUNCTIONS = ["plan", "settle", "verify", "query", "recall", "parseReceipt"] as const;

export const hasVectorsOfEachFunction: Check = ({ plugin, vectors = [] }) =>
  FUNCTIONS.filter((name) => plugin[name] && !vectors.some(({ call }) => call === name)).map(
    (name) => `has no golden vector of ${name}`,
  );

export const putsErrorsIntoWords: Check = async (subject) => {
  const { errors = {} } = subject.manifest;
  const wordless = [...(await findCodes(subject))].filter((code) => !Object.hasOwn(errors, code));
  const untranslated = Object.entries(errors).filter(([, { zh }]) => !/\p{Script=Han}/u.test(zh));
  return [
    ...wordless.map((code) => `errors has no words for ${code}, which its results carry`),
    ...untranslated.map(([code]) => `the Chinese words for ${code} are not Chinese`),
  ];
};

export const hasAReadme: Check = ({ hasReadme }) => (hasReadme ? [] : ["has no README.md"]);

export const settlesWhatIsUnsure: Check = ({ manifest }) =>
  manifest.idempotency.kind === "none" && !manifest.query
    ? ["has neither an idempotency key nor query: what may have been sent stays unknown"]
    : [];

export const tellsWhenMessagesArrive: Check = ({ manifest }) =>
  manifest.receipts.delivered ? [] : ["its receipts do not say that a message arrived"];

/** Who has to act when something fails; a vector for each shows that the plugin tells them apart. */
const FAILURES = {
  "rejected or config": /^(rejected|config)$/,
  "transient or throttled": /^(transient|throttled)$/,
};

export const hasVectorsOfFailures: Check = ({ vectors = [] }) => {
  const statuses = vectors.flatMap(statusesOf);
  return Object.entries({ ...FAILURES, unknown: /^unknown$/ })
    .filter(([, pattern]) => !statuses.some((status) => pattern.test(status)))
    .map(([name]) => `has no golden vector of settle with a result that is ${name}`);
};

const statusesOf = (vector: Vector): string[] =>
  vector.call === "settle" ? vector.output.results.map(({ status }) => status) : [];

export const hasVectorsOfBadNews: Check = async ({ plugin, vectors = [] }: ConformanceInput) => {
  if (!plugin.parseReceipt) return [];
  const events = [];
  for (const vector of vectors) {
    if (vector.call !== "parseReceipt") continue;
    events.push(...(await plugin.parseReceipt(freeze(vector.input))).events);
  }
  return events.some(({ type }) => type === "undelivered")
    ? []
    : ["has no golden vector of a receipt that says a message did not arrive"];
};

export const namesItsSource: Check = ({ manifest }) =>
  manifest.docsUrl ? [] : ["has no docsUrl: nobody can check it against the vendor's documentation"];
