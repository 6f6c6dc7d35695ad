import { type AllowanceAbility, MAX_SUBJECT_LENGTH } from "../plugin/allowances.ts";
import type { PluginLimits } from "../plugin/manifest.ts";
import { type Fault, fault } from "./index.ts";

/** What of a manifest its `allowances` refers to. */
export interface AllowingManifest {
  allowances?: AllowanceAbility;
  content: Readonly<Record<string, { maxLength: number; choices?: readonly { value: string }[] }>>;
  errors?: Readonly<Record<string, unknown>>;
}

/** What a manifest's `allowances` names that is not there. */
export function findAllowanceFaults({ allowances, content, errors = {} }: AllowingManifest): Fault[] {
  if (!allowances) return [];
  const { subject, when, noneLeft } = allowances;
  const choices = when && Object.hasOwn(content, when.field) ? content[when.field]?.choices : undefined;
  const isChoice = when?.values.every((wanted) => choices?.some(({ value }) => value === wanted)) ?? true;
  const isLong = (content[subject]?.maxLength ?? 0) > MAX_SUBJECT_LENGTH;
  return [
    ...(Object.hasOwn(content, subject) ? [] : [fault("allowance_subject_unknown", { name: subject })]),
    ...(isLong ? [fault("allowance_subject_long", { name: subject, limit: MAX_SUBJECT_LENGTH })] : []),
    ...(isChoice ? [] : [fault("allowance_without_choice", { name: when?.field ?? "" })]),
    ...noneLeft
      .filter((code) => !Object.hasOwn(errors, code))
      .map((name) => fault("allowance_code_wordless", { name })),
  ];
}

/** A limit that another one always exceeds first says nothing, and is likely a mistake. */
export const findLimitFaults = ({ perRecipient = [] }: PluginLimits): Fault[] =>
  perRecipient.slice(1).flatMap(({ messages, seconds }, index) => {
    const before = perRecipient[index];
    const isWider = before && seconds > before.seconds && messages > before.messages;
    return isWider ? [] : [fault("limit_never_reached", { messages, seconds })];
  });
