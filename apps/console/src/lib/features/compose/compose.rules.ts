import type { ApprovalFlow, Channel, Policy, TemplateVersion } from "../../api/client.ts";
import { UNSUBSCRIBE_VARIABLE } from "../templates/template-text.ts";
import type { Draft, DraftAudience } from "./draft.ts";

const USER_VARIABLE = /^user_/;
const VARIABLE = /\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;

/** The kind of the addresses that a draft goes to; undefined where it goes to users. */
export function addressKindOf({ kind, addressKind, file }: DraftAudience): string | undefined {
  if (kind === "addresses") return addressKind;
  return kind === "file" && file?.recipients === "addresses" ? (file.channelKind ?? undefined) : undefined;
}

/** The variables that an uploaded file has columns for. */
const columnsOf = ({ kind, file }: DraftAudience): string[] =>
  kind === "file" ? (file?.columns.map(({ name }) => name) ?? []) : [];

/** The kinds that there is content for; of custom addresses only their own. */
export function writtenKinds(draft: Draft, version: TemplateVersion | undefined): string[] {
  const addressKind = addressKindOf(draft.audience);
  const written = draft.contentFrom === "template" ? Object.keys(version?.renderings ?? {}) : draft.kinds;
  return addressKind === undefined ? written : written.filter((one) => one === addressKind);
}

export interface NeededVariable {
  name: string;
  example?: string;
  fallback?: string;
  isNumber: boolean;
  isRequired: boolean;
}

/** The variables that the author gives values for, and those whose values differ from one recipient to the next. */
export function variablesOf(
  draft: Draft,
  version: TemplateVersion | undefined,
): { given: NeededVariable[]; ofUser: string[]; ofFile: string[] } {
  const all = draft.contentFrom === "template" ? declaredVariables(version) : usedVariables(draft);
  const columns = columnsOf(draft.audience);
  const isOfFile = ({ name }: NeededVariable) => columns.includes(name);
  // Custom addresses belong to nobody whose data could be filled in.
  const isOfUser = (variable: NeededVariable) =>
    !isOfFile(variable) && USER_VARIABLE.test(variable.name) && addressKindOf(draft.audience) === undefined;
  return {
    given: all.filter((variable) => !isOfUser(variable) && !isOfFile(variable)),
    ofUser: all.filter(isOfUser).map(({ name }) => name),
    ofFile: all.filter(isOfFile).map(({ name }) => name),
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
  const given = [...new Set(names)].filter((name) => name !== UNSUBSCRIBE_VARIABLE);
  return given.map((name) => ({ name, isNumber: false, isRequired: true }));
}

/** Why a way of sending is not open to a draft; undefined when it is. */
export type Obstacle = "no_content" | "other_address" | "needs_users" | "channel_off";

export function channelObstacle(
  draft: Draft,
  kinds: readonly string[],
  channel: Channel,
): Obstacle | undefined {
  const addressKind = addressKindOf(draft.audience);
  if (addressKind !== undefined && channel.kind !== addressKind) return "other_address";
  return kinds.includes(channel.kind) ? undefined : "no_content";
}

export function policyObstacle(
  draft: Draft,
  kinds: readonly string[],
  policy: Policy,
  channels: readonly Channel[],
): Obstacle | undefined {
  if (addressKindOf(draft.audience) !== undefined) return "needs_users";
  const used = policy.steps
    .flatMap(({ channelIds }) => channelIds)
    .map((id) => channels.find((one) => one.id === id));
  if (used.includes(undefined)) return "channel_off";
  return used.every((channel) => kinds.includes(channel?.kind ?? "")) ? undefined : "no_content";
}

/** The levels that have to approve a composed message whatever it costs; where that decides, the check says so. */
export function approvalLevels(
  flow: Pick<ApprovalFlow, "state" | "conditions" | "levels"> | undefined,
): string[] {
  if (flow?.state !== "on" || !flow.conditions.composed || flow.conditions.minimumCost) return [];
  return flow.levels.map(({ name }) => name);
}
