import { isDeepStrictEqual } from "node:util";
import { type Fault, fault, within } from "../../faults/index.ts";
import type { OutboundMessage, PlannedRequest, PluginManifest, Settings } from "../../plugin/index.ts";
import {
  type Check,
  type ConformanceInput,
  collect,
  findRefProblems,
  makeBatch,
  makeFollowUp,
  makeMessages,
  makeSyncInput,
} from "./subject.ts";

const SPEED_MESSAGE_COUNT = 500;
const SPEED_LIMIT_MS = 50;
/** The first runs are slow by nature. */
const SPEED_RUNS = 4;
/** Further runs where the machine may have had others to serve, and how long they may go on, milliseconds. */
const MORE_SPEED_RUNS = 16;
const MORE_SPEED_MS = 2_000;

export const planAnswersEveryMessageOnce: Check = (subject) => {
  const { batchSize } = subject.manifest.limits;
  // One more than is ever handed over: nobody may be forgotten even then.
  return collect(new Set([1, 2, batchSize, batchSize + 1]), async (count) => {
    const problems = await findPlanProblems(subject, makeMessages(subject, count));
    return problems.map(within("with_count", { count }));
  });
};

export const planTakesAnEmptyBatch: Check = async (subject) => {
  const { requests, results = [] } = await subject.plugin.plan(makeBatch(subject, []));
  return requests.length + results.length === 0 ? [] : [fault("empty_batch_answered")];
};

export const planIsDeterministic: Check = async (subject) => {
  const batch = makeBatch(subject, makeMessages(subject, 20));
  return isDeepStrictEqual(await subject.plugin.plan(batch), await subject.plugin.plan(batch))
    ? []
    : [fault("plan_varies")];
};

export const planIsPlainJson: Check = async (subject) => {
  const plan = await subject.plugin.plan(makeBatch(subject, makeMessages(subject, 3)));
  return isDeepStrictEqual(plan, JSON.parse(JSON.stringify(plan))) ? [] : [fault("plan_not_json")];
};

/** The best of several runs counts: a clock on the wall counts what the machine did meanwhile. */
export const planIsFast: Check = async (subject) => {
  const batch = makeBatch(subject, makeMessages(subject, SPEED_MESSAGE_COUNT));
  const endsAt = performance.now() + MORE_SPEED_MS;
  const isDue = (run: number) =>
    run < SPEED_RUNS || (run < SPEED_RUNS + MORE_SPEED_RUNS && performance.now() < endsAt);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; best >= SPEED_LIMIT_MS && isDue(run); run += 1) {
    const startedAt = performance.now();
    await subject.plugin.plan(batch);
    best = Math.min(best, performance.now() - startedAt);
  }
  return best < SPEED_LIMIT_MS
    ? []
    : [fault("plan_slow", { ms: Math.round(best), count: SPEED_MESSAGE_COUNT })];
};

export const requestsStayInsideTheManifest: Check = async (subject) => {
  const { manifest, settings } = subject;
  const requests = (await planAll(subject)).flatMap((output) => output?.requests ?? []);
  const hosts = readHosts(manifest, settings);
  return requests.flatMap((request) => findRequestProblems(request, hosts, manifest));
};

export const planKeepsSecretsOut: Check = async (subject) => {
  const output = JSON.stringify(await planAll(subject));
  return Object.entries(subject.secrets)
    .filter(([, value]) => value !== "" && output.includes(value))
    .map(([name]) => fault("secret_in_request", { name }));
};

export const planSurvivesHostileContent: Check = (subject) =>
  collect(HOSTILE_TEXTS, async (text) => {
    const message = subject.makeMessage(0);
    const content = Object.fromEntries(Object.keys(message.content).map((name) => [name, text]));
    const hostile: OutboundMessage[] = [
      { ...message, content },
      { ...subject.makeMessage(1), address: text },
      { ...subject.makeMessage(2), variables: { [text]: text, nested: [text, { [text]: null }] } },
    ];
    const problems = await findPlanProblems(subject, hostile);
    return problems.map(within("with_text", { text: JSON.stringify(text) }));
  });

const HOSTILE_TEXTS = [
  "",
  "\u0000",
  "\ud800",
  "\r\nX-Injected: yes\r\n\r\n",
  "👩‍👩‍👧‍👦 \u202e 学校\u2028",
  `"'<>&%\${x}{{y}}\\`,
  "__proto__",
  "文".repeat(20_000),
];

/** What each of the plugin's functions that plan makes of a few messages. */
const planAll = async (subject: ConformanceInput) => [
  await subject.plugin.plan(makeBatch(subject, makeMessages(subject, 3))),
  await subject.plugin.verify?.({ settings: subject.settings, now: 0, seed: "5eed" }),
  await subject.plugin.syncTemplates?.(makeSyncInput(subject)),
  await subject.plugin.query?.(makeFollowUp(subject, 3)),
  await subject.plugin.recall?.(makeFollowUp(subject, 3)),
];

async function findPlanProblems(subject: ConformanceInput, messages: OutboundMessage[]): Promise<Fault[]> {
  const { requests, results = [] } = await subject.plugin.plan(makeBatch(subject, messages));
  const refs = [...requests.flatMap((request) => request.refs), ...results.map((result) => result.ref)];
  const ids = requests.map((request) => request.id);
  return [
    ...findRefProblems(messages, refs),
    ...(new Set(ids).size === ids.length ? [] : [fault("request_id_repeated")]),
    ...requests.flatMap(findHeaderProblems),
  ];
}

function findRequestProblems(request: PlannedRequest, hosts: Set<string>, manifest: PluginManifest): Fault[] {
  const url = new URL(request.url);
  const problems = findHeaderProblems(request);
  if (!hosts.has(`${url.protocol}//${url.host}`))
    problems.push(fault("origin_not_allowed", { origin: url.origin }));
  if (request.auth && !manifest.auth[request.auth])
    problems.push(fault("auth_scheme_missing", { name: request.auth }));
  if (url.username || url.password) problems.push(fault("credentials_in_url"));
  return problems;
}

function findHeaderProblems({ headers = {} }: PlannedRequest): Fault[] {
  return Object.entries(headers)
    .filter(([name, value]) => !/^[A-Za-z0-9-]+$/.test(name) || /[^\x20-\x7e]/.test(value))
    .map(([name]) => fault("header_odd", { name: JSON.stringify(name) }));
}

/** The origins a request may go to: https, or http where a setting itself says so, as simulators do. */
function readHosts(manifest: PluginManifest, settings: Settings): Set<string> {
  const origins = manifest.hosts.map((host) => {
    const name = /^\$\{settings\.(\w+)\}$/.exec(host)?.[1];
    const value = name === undefined ? host : String(settings[name]);
    return URL.canParse(value) ? new URL(value).origin : `https://${value}`;
  });
  return new Set(origins);
}
