import { isDeepStrictEqual } from "node:util";
import { type Fault, fault, within } from "../../faults/index.ts";
import {
  type FollowUpInput,
  QUERY_STATUSES,
  type QueryAnswer,
  RECALL_STATUSES,
  type RecallResult,
} from "../../plugin/index.ts";
import { type Conversation, converseQuery, converseRecall } from "../conversation.ts";
import { FAULTS, ODD_ANSWERS, onAnswer } from "./answers.ts";
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

export const followUpsAnswerEveryMessageOnce: Check = (subject) =>
  overAll(subject, (followUp) => {
    const { batchSize } = subject.manifest[followUp.name] ?? { batchSize: 1 };
    const input = makeFollowUp(subject, Math.min(batchSize, 250));
    return collect(Object.entries({ ...FAULTS, ...ODD_ANSWERS }), async ([name, answer]) => {
      const said = await play(followUp.converse(subject, input), answer);
      const refs = said.map(({ ref }) => ref);
      return findRefProblems([...input.messages], refs).map(onAnswer(name));
    });
  });

export const followUpsReadFaults: Check = (subject) =>
  overAll(subject, (followUp) =>
    collect(Object.entries(FAULTS), async ([name, answer]) =>
      (await play(followUp.converse(subject, makeFollowUp(subject, 2)), answer))
        .filter(({ status }) => !followUp.onFault.includes(status))
        .map(({ status }) => fault("status_not_allowed", { status, allowed: followUp.onFault.join(", ") }))
        .map(onAnswer(name)),
    ),
  );

export const followUpsKeepTheirForm: Check = (subject) =>
  overAll(subject, (followUp) =>
    collect(Object.values({ ...FAULTS, ...ODD_ANSWERS }), async (answer) =>
      (await play(followUp.converse(subject, makeFollowUp(subject, 1)), answer)).flatMap((said) => [
        ...findTextProblems(said),
        ...(followUp.statuses.includes(said.status)
          ? []
          : [fault("status_unknown", { status: said.status })]),
      ]),
    ),
  );

/** What a garbled answer must not be taken for: the message would go out a second time. */
export const queryNeverLosesByGarbage: Check = (subject) => {
  if (!subject.plugin.query) return [];
  return collect(Object.entries(ODD_ANSWERS), async ([name, answer]) =>
    (await play(converseQuery(subject.plugin, makeFollowUp(subject, 2)), answer))
      .filter(({ status }) => status === "not_found")
      .map(() => onAnswer(name)(fault("garbage_not_found"))),
  );
};

export const followUpsAreDeterministic: Check = (subject) =>
  overAll(subject, async ({ name }) => {
    const input = makeFollowUp(subject, 20);
    const [once, again] = [await subject.plugin[name]?.(input), await subject.plugin[name]?.(input)];
    return isDeepStrictEqual(once, again) ? [] : [fault("follow_up_varies")];
  });

const overAll = (subject: ConformanceInput, check: (followUp: FollowUp) => Fault[] | Promise<Fault[]>) =>
  collect(
    FOLLOW_UPS.filter(({ name }) => subject.plugin[name]),
    async (followUp) => (await check(followUp)).map(within("in_function", { name: followUp.name })),
  );
