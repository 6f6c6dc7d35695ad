import { isDeepStrictEqual } from "node:util";
import { type Fault, fault } from "../../faults/index.ts";
import type { PluginManifest, SendResult, SendStatus } from "../../plugin/index.ts";
import { SEND_STATUSES } from "../../plugin/index.ts";
import type { Answer } from "../conversation.ts";
import { onAnswer } from "./answers.ts";
import {
  type Check,
  collect,
  findRefProblems,
  findTextProblems,
  makeBatch,
  makeMessages,
  playBatch,
} from "./subject.ts";

interface Case {
  name: string;
  answer: Answer;
  allowed(manifest: PluginManifest): SendStatus[];
}

const json = { "content-type": "application/json" };
const NOT_SENT: SendStatus[] = ["rejected", "config", "transient", "throttled"];
/** A repeat is harmless only where the vendor recognises it. */
const unsureOf = ({ idempotency }: PluginManifest): SendStatus[] =>
  idempotency.kind === "key" ? ["unknown", "transient", "throttled"] : ["unknown"];

const CASES: Case[] = [
  { name: "401", answer: { status: 401, headers: {}, body: "" }, allowed: () => ["config"] },
  { name: "400", answer: { status: 400, headers: json, body: "{}" }, allowed: () => NOT_SENT },
  {
    name: "429",
    answer: { status: 429, headers: { "retry-after": "3" }, body: "" },
    allowed: () => ["throttled", "transient"],
  },
  { name: "302", answer: { status: 302, headers: { location: "/" }, body: "" }, allowed: () => NOT_SENT },
  { name: "500", answer: { status: 500, headers: {}, body: "oops" }, allowed: unsureOf },
  { name: "503", answer: { status: 503, headers: {}, body: "" }, allowed: unsureOf },
  {
    name: "200 with garbage",
    answer: { status: 200, headers: {}, body: "<html>\u0000" },
    allowed: () => ["accepted", "unknown"],
  },
  {
    name: "200 with null",
    answer: { status: 200, headers: json, body: "null" },
    allowed: () => ["accepted", "unknown"],
  },
  { name: "not_sent", answer: { error: "not_sent", detail: "refused" }, allowed: () => ["transient"] },
  { name: "blocked", answer: { error: "blocked", detail: "private" }, allowed: () => ["config"] },
  {
    name: "no access token",
    answer: { error: "blocked", detail: "invalid credential", code: "40001" },
    allowed: () => ["config"],
  },
  { name: "ambiguous", answer: { error: "ambiguous", detail: "timeout" }, allowed: () => ["unknown"] },
];

export const settleAnswersEveryMessageOnce: Check = (subject) => {
  const messages = makeMessages(subject, Math.min(subject.manifest.limits.batchSize, 250));
  return collect(CASES, async ({ name, answer }) => {
    const results = await playBatch(subject, makeBatch(subject, messages), answer);
    return findRefProblems(
      messages,
      results.map((result) => result.ref),
    ).map(onAnswer(name));
  });
};

export const settleReadsFaults: Check = (subject) =>
  collect(CASES, async ({ name, answer, allowed }) => {
    const results = await playBatch(subject, makeBatch(subject, makeMessages(subject, 2)), answer);
    return results
      .filter((result) => !allowed(subject.manifest).includes(result.status))
      .map(({ status }) =>
        fault("status_not_allowed", { status, allowed: allowed(subject.manifest).join(", ") }),
      )
      .map(onAnswer(name));
  });

export const resultsKeepTheirLimits: Check = (subject) => {
  const noise = "x\u0000\ud800".repeat(100_000);
  const answers: Answer[] = [
    ...CASES.map((one) => one.answer),
    { status: 400, headers: json, body: noise },
    { status: 200, headers: json, body: JSON.stringify({ Code: noise, code: noise, message: noise }) },
    { error: "ambiguous", detail: noise },
  ];
  const batch = makeBatch(subject, makeMessages(subject, 1));
  return collect(answers, async (answer) =>
    (await playBatch(subject, batch, answer)).flatMap(findResultProblems),
  );
};

export const settleIsDeterministic: Check = (subject) =>
  collect(CASES, async ({ name, answer }) => {
    const batch = makeBatch(subject, makeMessages(subject, 2));
    return isDeepStrictEqual(await playBatch(subject, batch, answer), await playBatch(subject, batch, answer))
      ? []
      : [onAnswer(name)(fault("settle_varies"))];
  });

export const settleTakesNoResponses: Check = async ({ plugin, settings }) => {
  const { results, requests = [] } = await plugin.settle({ op: "send", responses: [], settings, now: 0 });
  return results.length + requests.length === 0 ? [] : [fault("no_responses_answered")];
};

export const verifyReadsFaults: Check = ({ plugin, settings }) => {
  if (!plugin.verify) return [];
  const refused = CASES.filter(({ name }) => !name.startsWith("200"));
  return collect(refused, async ({ name, answer }) => {
    const responses = [{ id: "1", refs: [], ...answer }];
    const { verification } = await plugin.settle({ op: "verify", responses, settings, now: 0 });
    return verification?.ok === false ? [] : [onAnswer(name)(fault("verified_by_fault"))];
  });
};

function findResultProblems(result: SendResult): Fault[] {
  const { status, retryAfterMs = 0 } = result;
  const problems = findTextProblems(result);
  if (!SEND_STATUSES.includes(status)) problems.push(fault("status_unknown", { status }));
  if (!Number.isFinite(retryAfterMs) || retryAfterMs < 0) problems.push(fault("retry_after_odd"));
  return problems;
}
