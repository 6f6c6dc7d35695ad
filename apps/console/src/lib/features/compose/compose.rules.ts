import type { ApprovalFlow, Channel, Policy, TemplateVersion } from "../../api/client.ts";
import { localized } from "../../format/localized.ts";
import type { PluginCatalogue } from "../../plugins/plugin-catalogue.ts";
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

/** What there is to be sent by a channel. */
export interface WrittenContent {
  kinds: string[];
  /** What the channel needs and the chosen template does not write. Own content is asked for it where it is written. */
  lackedBy(channel: Pick<Channel, "kind" | "pluginId">): string[];
}

export function writtenContent(
  draft: Draft,
  version: TemplateVersion | undefined,
  plugins: PluginCatalogue,
): WrittenContent {
  return {
    kinds: writtenKinds(draft, version),
    lackedBy: ({ kind, pluginId }) => {
      const rendering = draft.contentFrom === "template" ? version?.renderings[kind] : undefined;
      if (!rendering) return [];
      return Object.entries(plugins.find(pluginId)?.content ?? {}).flatMap(([name, { required, label }]) =>
        required && rendering[name] === undefined ? [localized(label)] : [],
      );
    },
  };
}

/** The channels that are chosen, one by one or with a policy, of those that are on. */
export function channelsOf(
  draft: Pick<Draft, "way" | "policy" | "channels">,
  { channels, policies }: { channels: readonly Channel[]; policies: readonly Policy[] },
): Channel[] {
  const policy = draft.way === "policy" ? policies.find(({ id }) => id === draft.policy) : undefined;
  const ids = policy ? policy.steps.flatMap(({ channelIds }) => channelIds) : draft.channels;
  return channels.filter(({ id }) => ids.includes(id));
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
export type Obstacle = "no_content" | "incomplete" | "other_address" | "needs_users" | "channel_off";

export function channelObstacle(
  draft: Draft,
  content: WrittenContent,
  channel: Channel,
): Obstacle | undefined {
  const addressKind = addressKindOf(draft.audience);
  if (addressKind !== undefined && channel.kind !== addressKind) return "other_address";
  return contentObstacle(content, channel);
}

function contentObstacle({ kinds, lackedBy }: WrittenContent, channel: Channel): Obstacle | undefined {
  if (!kinds.includes(channel.kind)) return "no_content";
  return lackedBy(channel).length > 0 ? "incomplete" : undefined;
}

export function policyObstacle(
  draft: Draft,
  content: WrittenContent,
  policy: Policy,
  channels: readonly Channel[],
): Obstacle | undefined {
  if (addressKindOf(draft.audience) !== undefined) return "needs_users";
  const obstacles = policy.steps
    .flatMap(({ channelIds }) => channelIds)
    .map((id) => {
      const channel = channels.find((one) => one.id === id);
      return channel ? contentObstacle(content, channel) : "channel_off";
    });
  return (["channel_off", "no_content", "incomplete"] as const).find((one) => obstacles.includes(one));
}

/** The levels that have to approve a composed message whatever it costs; where that decides, the check says so. */
export function approvalLevels(
  flow: Pick<ApprovalFlow, "state" | "conditions" | "levels"> | undefined,
): string[] {
  if (flow?.state !== "on" || !flow.conditions.composed || flow.conditions.minimumCost) return [];
  return flow.levels.map(({ name }) => name);
}
