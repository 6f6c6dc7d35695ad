import { fault } from "../../faults/index.ts";
import type { Vector } from "../vectors.ts";
import { findCodes } from "./codes.ts";
import { type Check, type ConformanceInput, freeze } from "./subject.ts";

/*
 * What makes a plugin silver or gold. A grade says what the people who use a channel get to know, so it does not ask
 * whether the plugin or its vendor is to blame for what is missing.
 */

export const tellsWhatBecameOfMessages: Check = ({ manifest }) =>
  manifest.receipts.mode === "none" && !manifest.query ? [fault("outcome_never_learnt")] : [];

export const provesItsSettings: Check = ({ plugin }) => (plugin.verify ? [] : [fault("verify_missing")]);

const FUNCTIONS = ["plan", "settle", "verify", "query", "recall", "parseReceipt"] as const;

export const hasVectorsOfEachFunction: Check = ({ plugin, vectors = [] }) =>
  FUNCTIONS.filter((name) => plugin[name] && !vectors.some(({ call }) => call === name)).map((name) =>
    fault("vector_missing", { name }),
  );

export const putsErrorsIntoWords: Check = async (subject) => {
  const { errors = {} } = subject.manifest;
  const wordless = [...(await findCodes(subject))].filter((code) => !Object.hasOwn(errors, code));
  const untranslated = Object.entries(errors).filter(([, { zh }]) => !/\p{Script=Han}/u.test(zh));
  return [
    ...wordless.map((name) => fault("error_wordless", { name })),
    ...untranslated.map(([name]) => fault("error_not_chinese", { name })),
  ];
};

export const hasAReadme: Check = ({ hasReadme }) => (hasReadme ? [] : [fault("readme_missing")]);

export const settlesWhatIsUnsure: Check = ({ manifest }) =>
  manifest.idempotency.kind === "none" && !manifest.query ? [fault("unsure_stays_unknown")] : [];

export const tellsWhenMessagesArrive: Check = ({ manifest }) =>
  manifest.receipts.delivered ? [] : [fault("arrival_never_told")];

/** Who has to act when something fails; a vector for each shows that the plugin tells them apart. */
const FAILURES = [["rejected", "config"], ["transient", "throttled"], ["unknown"]];

export const hasVectorsOfFailures: Check = ({ vectors = [] }) => {
  const statuses = vectors.flatMap(statusesOf);
  return FAILURES.filter((alike) => !alike.some((status) => statuses.includes(status))).map((alike) =>
    fault("failure_vector_missing", { statuses: alike.join(" / ") }),
  );
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
  return events.some(({ type }) => type === "undelivered") ? [] : [fault("bad_news_vector_missing")];
};
