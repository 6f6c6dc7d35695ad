import { isDeepStrictEqual } from "node:util";
import { type Fault, fault } from "../../faults/index.ts";
import { REVIEW_STATES, type SyncedTemplates, VENDOR_TEMPLATE_KINDS } from "../../plugin/index.ts";
import { converseSync } from "../conversation.ts";
import { FAULTS, ODD_ANSWERS, onAnswer } from "./answers.ts";
import {
  type Check,
  type ConformanceInput,
  collect,
  findTextProblems,
  makeSyncInput,
  play,
} from "./subject.ts";

const LIMITS = { code: 100, name: 200, text: 2_000, reason: 500 } as const;

export const syncSaysWhenItCannotRead: Check = (subject) =>
  overAll(subject, (name, rounds) =>
    rounds.some(({ failure }) => failure) ? [] : [onAnswer(name)(fault("sync_taken_for_read"))],
  );

export const syncKeepsItsForm: Check = (subject) =>
  overAll(subject, (name, rounds) =>
    rounds.flatMap(({ templates, failure = {} }) => [
      ...findTextProblems(failure),
      ...templates.flatMap((template) => findTemplateProblems(template).map(onAnswer(name))),
    ]),
  );

export const syncIsDeterministic: Check = async (subject) => {
  const { plugin } = subject;
  const input = makeSyncInput(subject);
  return isDeepStrictEqual(await plugin.syncTemplates?.(input), await plugin.syncTemplates?.(input))
    ? []
    : [fault("sync_varies")];
};

function findTemplateProblems(template: SyncedTemplates["templates"][number]): Fault[] {
  const tooLong = (Object.keys(LIMITS) as (keyof typeof LIMITS)[]).filter(
    (part) => (template[part] ?? "").length > LIMITS[part],
  );
  return [
    ...tooLong.map((part) => fault("template_part_too_long", { part, limit: LIMITS[part] })),
    ...(VENDOR_TEMPLATE_KINDS.includes(template.kind)
      ? []
      : [fault("template_kind_unknown", { kind: template.kind })]),
    ...(REVIEW_STATES.includes(template.state)
      ? []
      : [fault("template_state_unknown", { state: template.state })]),
  ];
}

async function overAll(
  subject: ConformanceInput,
  check: (name: string, rounds: SyncedTemplates[]) => Fault[],
): Promise<Fault[]> {
  const { plugin } = subject;
  if (!plugin.syncTemplates) return [];
  return collect(Object.entries({ ...FAULTS, ...ODD_ANSWERS }), async ([name, answer]) =>
    check(name, await play(converseSync(plugin, makeSyncInput(subject)), answer)),
  );
}
