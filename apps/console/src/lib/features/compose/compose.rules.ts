import type { Channel, Policy, TemplateVersion } from "../../api/client.ts";
import type { Draft } from "./draft.ts";

const USER_VARIABLE = /^user_/;
const VARIABLE = /\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;

/** The kinds that there is content for; of typed addresses only their own. */
export function writtenKinds(draft: Draft, version: TemplateVersion | undefined): string[] {
  const { kind, addressKind } = draft.audience;
  const written = draft.contentFrom === "template" ? Object.keys(version?.renderings ?? {}) : draft.kinds;
  return kind === "addresses" ? written.filter((one) => one === addressKind) : written;
}

export interface NeededVariable {
  name: string;
  example?: string;
  fallback?: string;
  isNumber: boolean;
  isRequired: boolean;
}

/** The variables that the author gives values for, and those that come from each user's own data. */
export function variablesOf(
  draft: Draft,
  version: TemplateVersion | undefined,
): { given: NeededVariable[]; ofUser: string[] } {
  const all = draft.contentFrom === "template" ? declaredVariables(version) : usedVariables(draft);
  // Typed addresses belong to nobody whose data could be filled in.
  const isOfUser = ({ name }: NeededVariable) =>
    USER_VARIABLE.test(name) && draft.audience.kind !== "addresses";
  return {
    given: all.filter((variable) => !isOfUser(variable)),
    ofUser: all.filter(isOfUser).map(({ name }) => name),
  };
}

function declaredVariables(version: TemplateVersion | undefined): NeededVariable[] {
  return (version?.variables ?? []).map((variable) => ({
    name: variable.name,
    example: variable.example,
    fallback: variable.default,
    isNumber: variable.type === "number",
    isRequired: variable.required && variable.default === undefined,
  }));
}

function usedVariables(draft: Draft): NeededVariable[] {
  const texts = writtenKinds(draft, undefined).flatMap((kind) => Object.values(draft.content[kind] ?? {}));
  const names = texts.flatMap((text) => [...text.matchAll(VARIABLE)].map(([, name]) => name ?? ""));
  return [...new Set(names)].map((name) => ({ name, isNumber: false, isRequired: true }));
}

/** Why a way of sending is not open to a draft; undefined when it is. */
export type Obstacle = "no_content" | "other_address" | "needs_users" | "channel_off";

export function channelObstacle(
  draft: Draft,
  kinds: readonly string[],
  channel: Channel,
): Obstacle | undefined {
  const { kind, addressKind } = draft.audience;
  if (kind === "addresses" && channel.kind !== addressKind) return "other_address";
  return kinds.includes(channel.kind) ? undefined : "no_content";
}

export function policyObstacle(
  draft: Draft,
  kinds: readonly string[],
  policy: Policy,
  channels: readonly Channel[],
): Obstacle | undefined {
  if (draft.audience.kind === "addresses") return "needs_users";
  const used = policy.steps
    .flatMap(({ channelIds }) => channelIds)
    .map((id) => channels.find((one) => one.id === id));
  if (used.includes(undefined)) return "channel_off";
  return used.every((channel) => kinds.includes(channel?.kind ?? "")) ? undefined : "no_content";
}

/** How many levels have to approve before a composed message is sent. */
export function approvalLevels(
  flow: { state: string; conditions: { composed: boolean }; levels: { name: string }[] } | undefined,
): string[] {
  return flow?.state === "on" && flow.conditions.composed ? flow.levels.map(({ name }) => name) : [];
}
