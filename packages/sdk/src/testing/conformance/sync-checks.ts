import { isDeepStrictEqual } from "node:util";
import { REVIEW_STATES, type SyncedTemplates, VENDOR_TEMPLATE_KINDS } from "../../plugin/index.ts";
import { converseSync } from "../conversation.ts";
import { FAULTS, ODD_ANSWERS } from "./answers.ts";
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
    rounds.some(({ failure }) => failure) ? [] : [`on ${name}: takes the list for read`],
  );

export const syncKeepsItsForm: Check = (subject) =>
  overAll(subject, (name, rounds) =>
    rounds.flatMap(({ templates, failure = {} }) => [
      ...findTextProblems(failure),
      ...templates.flatMap((template) =>
        findTemplateProblems(template).map((problem) => `on ${name}: ${problem}`),
      ),
    ]),
  );

export const syncIsDeterministic: Check = async (subject) => {
  const { plugin } = subject;
  const input = makeSyncInput(subject);
  return isDeepStrictEqual(await plugin.syncTemplates?.(input), await plugin.syncTemplates?.(input))
    ? []
    : ["asks for the list in two ways"];
};

function findTemplateProblems(template: SyncedTemplates["templates"][number]): string[] {
  const tooLong = (Object.keys(LIMITS) as (keyof typeof LIMITS)[]).filter(
    (part) => (template[part] ?? "").length > LIMITS[part],
  );
  return [
    ...tooLong.map((part) => `a ${part} is longer than ${LIMITS[part]} characters`),
    ...(VENDOR_TEMPLATE_KINDS.includes(template.kind) ? [] : [`${template.kind} is no kind`]),
    ...(REVIEW_STATES.includes(template.state) ? [] : [`${template.state} is no state`]),
  ];
}

async function overAll(
  subject: ConformanceInput,
  check: (name: string, rounds: SyncedTemplates[]) => string[],
): Promise<string[]> {
  const { plugin } = subject;
  if (!plugin.syncTemplates) return [];
  return collect(Object.entries({ ...FAULTS, ...ODD_ANSWERS }), async ([name, answer]) =>
    check(name, await play(converseSync(plugin, makeSyncInput(subject)), answer)),
  );
}
