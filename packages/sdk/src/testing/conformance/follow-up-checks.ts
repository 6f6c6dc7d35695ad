import { isDeepStrictEqual } from "node:util";
import {
  type FollowUpInput,
  QUERY_STATUSES,
  type QueryAnswer,
  RECALL_STATUSES,
  type RecallResult,
} from "../../plugin/index.ts";
import { type Answer, type Conversation, converseQuery, converseRecall } from "../conversation.ts";
import {
  type Check,
  type ConformanceInput,
  collect,
  findRefProblems,
  findTextProblems,
  makeFollowUp,
  play,
} from "./subject.ts";

type Said = QueryAnswer | RecallResult;

/** A function that follows up on what was sent, and what it may say when nothing came back. */
interface FollowUp {
  name: "query" | "recall";
  statuses: readonly string[];
  /** What a fault allows it to say: no news, and never that it is known. */
  onFault: readonly string[];
  converse(subject: ConformanceInput, input: FollowUpInput): Conversation<Said>;
}

const FOLLOW_UPS: FollowUp[] = [
  {
    name: "query",
    statuses: QUERY_STATUSES,
    onFault: ["unanswered"],
    converse: ({ plugin }, input) => converseQuery(plugin, input),
  },
  {
    name: "recall",
    statuses: RECALL_STATUSES,
    onFault: ["unanswered", "too_late", "failed"],
    converse: ({ plugin }, input) => converseRecall(plugin, input),
  },
];

const json = { "content-type": "application/json" };
const FAULTS: Record<string, Answer> = {
  "401": { status: 401, headers: {}, body: "" },
  "302": { status: 302, headers: { location: "/" }, body: "" },
  "429": { status: 429, headers: { "retry-after": "3" }, body: "" },
  "500": { status: 500, headers: {}, body: "oops" },
  "503": { status: 503, headers: {}, body: "" },
  not_sent: { error: "not_sent", detail: "refused" },
  blocked: { error: "blocked", detail: "private" },
  ambiguous: { error: "ambiguous", detail: "timeout" },
};
const ODD_ANSWERS: Record<string, Answer> = {
  "200 with garbage": { status: 200, headers: {}, body: "<html>\u0000" },
  "200 with null": { status: 200, headers: json, body: "null" },
  "200 with an empty object": { status: 200, headers: json, body: "{}" },
  "400 with noise": { status: 400, headers: json, body: "x\u0000\ud800".repeat(100_000) },
};

export const followUpsAnswerEveryMessageOnce: Check = (subject) =>
  overAll(subject, (followUp) => {
    const { batchSize } = subject.manifest[followUp.name] ?? { batchSize: 1 };
    const input = makeFollowUp(subject, Math.min(batchSize, 250));
    return collect(Object.entries({ ...FAULTS, ...ODD_ANSWERS }), async ([name, answer]) => {
      const said = await play(followUp.converse(subject, input), answer);
      const refs = said.map(({ ref }) => ref);
      return findRefProblems([...input.messages], refs).map((problem) => `on ${name}: ${problem}`);
    });
  });

export const followUpsReadFaults: Check = (subject) =>
  overAll(subject, (followUp) =>
    collect(Object.entries(FAULTS), async ([name, answer]) =>
      (await play(followUp.converse(subject, makeFollowUp(subject, 2)), answer))
        .filter(({ status }) => !followUp.onFault.includes(status))
        .map(({ status }) => `on ${name}: ${status} is none of ${followUp.onFault.join(", ")}`),
    ),
  );

export const followUpsKeepTheirForm: Check = (subject) =>
  overAll(subject, (followUp) =>
    collect(Object.values({ ...FAULTS, ...ODD_ANSWERS }), async (answer) =>
      (await play(followUp.converse(subject, makeFollowUp(subject, 1)), answer)).flatMap((said) => [
        ...findTextProblems(said),
        ...(followUp.statuses.includes(said.status) ? [] : [`${said.status} is no status`]),
      ]),
    ),
  );

/** What a garbled answer must not be taken for: the message would go out a second time. */
export const queryNeverLosesByGarbage: Check = (subject) => {
  if (!subject.plugin.query) return [];
  return collect(Object.entries(ODD_ANSWERS), async ([name, answer]) =>
    (await play(converseQuery(subject.plugin, makeFollowUp(subject, 2)), answer))
      .filter(({ status }) => status === "not_found")
      .map(() => `on ${name}: not_found`),
  );
};

export const followUpsAreDeterministic: Check = (subject) =>
  overAll(subject, async ({ name }) => {
    const input = makeFollowUp(subject, 20);
    const [once, again] = [await subject.plugin[name]?.(input), await subject.plugin[name]?.(input)];
    return isDeepStrictEqual(once, again) ? [] : ["plans the same messages in two ways"];
  });

const overAll = (subject: ConformanceInput, check: (followUp: FollowUp) => string[] | Promise<string[]>) =>
  collect(
    FOLLOW_UPS.filter(({ name }) => subject.plugin[name]),
    async (followUp) => (await check(followUp)).map((problem) => `${followUp.name}: ${problem}`),
  );
