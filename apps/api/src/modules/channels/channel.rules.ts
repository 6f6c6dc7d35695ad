import type { RequestContext } from "../../platform/context.ts";
import type { FieldProblem } from "../../platform/errors.ts";
import type { LoadedPlugin } from "../../platform/plugin-runtime/index.ts";
import { type Money, toMoney } from "../costs/index.ts";
import type { ChannelWithParts } from "./channel.repository.ts";

export type SettingValue = string | number | boolean;

/** What somebody filled in: secrets apart, since they are sealed and never come back. Null removes a secret. */
export interface ChannelForm {
  settings: Record<string, SettingValue>;
  secrets: Record<string, string | null>;
}

/**
 * What is wrong with a form. `kept` names the secrets that are set already: nobody can read them here, so they are
 * taken for valid unless the form replaces them.
 */
export function checkForm(
  plugin: Pick<LoadedPlugin, "secretFields" | "validateSettings">,
  form: ChannelForm,
  kept: readonly string[] = [],
): FieldProblem[] {
  const misplaced = [
    ...Object.keys(form.settings)
      .filter((field) => plugin.secretFields.includes(field))
      .map((field) => problemAt("settings", field, "This field is a secret; send it in secrets.", "secret")),
    ...Object.keys(form.secrets)
      .filter((field) => !plugin.secretFields.includes(field))
      .map((field) => problemAt("secrets", field, "The plugin has no such secret.", "unknown_field")),
  ];
  if (misplaced.length > 0) return misplaced;
  const untouched = kept.filter((field) => !Object.hasOwn(form.secrets, field));
  const values = { ...form.settings, ...newSecrets(form.secrets) };
  const trusted = new Set(untouched.map((field) => pointerTo("secrets", field)));
  return plugin.validateSettings(values).filter(({ pointer }) => !trusted.has(pointer));
}

/** The secrets that get a value. */
export function newSecrets(secrets: ChannelForm["secrets"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

const problemAt = (part: "settings" | "secrets", field: string, detail: string, code: string) => ({
  pointer: pointerTo(part, field),
  detail,
  code,
});

const pointerTo = (part: "settings" | "secrets", field: string) =>
  `/${part}/${field.slice(0, 100).replaceAll("~", "~0").replaceAll("/", "~1")}`;

interface Visible {
  settings: Record<string, SettingValue>;
  secrets: { field: string; updatedAt: Date }[];
  sources: { id: string; name: string }[];
  receiptsUrl: string | null;
}

/**
 * A channel as the actor may see it. The receipts address lets its holder report deliveries, so it is for those who
 * set channels up; a source learns that a channel exists, not how it is set up or who else uses it.
 */
export function visibleTo<T extends Visible>(ctx: Pick<RequestContext, "actor" | "ability">, channel: T): T {
  const { actor } = ctx;
  const receiptsUrl = ctx.ability.can("update", "Channel") ? channel.receiptsUrl : null;
  if (actor.kind !== "source") return { ...channel, receiptsUrl };
  const sources = channel.sources.filter(({ id }) => id === actor.id);
  return { ...channel, settings: {}, secrets: [], sources, receiptsUrl };
}

type Priced = Pick<ChannelWithParts, "unitPrice" | "currency">;

/** What a unit costs; null: nobody has said. */
export const priceOf = ({ unitPrice: amount, currency }: Priced): Money | null =>
  amount === null || currency === null ? null : { amount, currency };

/** The columns of a price. */
export const columnsOfPrice = (price: Money | null): Priced => ({
  unitPrice: price?.amount ?? null,
  currency: price?.currency ?? null,
});

/** What the audit log keeps: of secrets only which are set. */
export const auditedOf = (channel: ChannelWithParts) => {
  const { code, name, kind, pluginId, settings, state, secrets } = channel;
  const price = priceOf(channel);
  return {
    code,
    name,
    kind,
    pluginId,
    settings,
    state,
    price: price && toMoney(price),
    secretsSet: secrets.map(({ field }) => field),
  };
};
