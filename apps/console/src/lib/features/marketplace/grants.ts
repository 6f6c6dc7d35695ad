import type { Plugin, PluginGrantChange, PluginGrants } from "#lib/api/client.ts";
import { settingLabel } from "#lib/forms/settings-schema.ts";
import { m } from "#messages";
import { settingsSchema } from "../channels/channel-form.ts";

/** One thing that a version may reach or do, in words. */
export interface GrantLine extends PluginGrantChange {
  text: string;
  /** Against what was agreed to before. */
  change?: "new" | "gone";
}

/** What a setting is called in the form. */
export type TitleOf = (field: string) => string;

const KINDS = ["hosts", "settingsHosts", "secrets", "abilities"] as const;

const ABILITIES: Record<string, () => string> = {
  send: m.marketplace_ability_send,
  "receipts:push": m.marketplace_ability_receipts_push,
  "receipts:pull": m.marketplace_ability_receipts_pull,
  query: m.marketplace_ability_query,
  recall: m.marketplace_ability_recall,
  templates: m.marketplace_ability_templates,
  allowances: m.marketplace_ability_allowances,
};

const WORDS: Record<PluginGrantChange["kind"], (value: string, titleOf: TitleOf) => string> = {
  hosts: (host) => host,
  settingsHosts: (field, titleOf) => m.marketplace_reach_setting({ field: titleOf(field) }),
  secrets: (field, titleOf) => titleOf(field),
  abilities: (ability) => ABILITIES[ability]?.() ?? ability,
};

/** Abilities in the order in which they come in a message's life. */
const places = Object.keys(ABILITIES);
const byPlace = (one: string, other: string) => places.indexOf(one) - places.indexOf(other);

export const grantLines = (grants: PluginGrants, titleOf: TitleOf): GrantLine[] =>
  KINDS.flatMap((kind) =>
    (kind === "abilities" ? grants[kind].toSorted(byPlace) : grants[kind]).map((value) => ({
      kind,
      value,
      text: WORDS[kind](value, titleOf),
    })),
  );

/** What the later grants hold, with what is new among them, and then what is asked for no more. */
export function changedLines(before: GrantLine[], after: GrantLine[]): GrantLine[] {
  const within = (lines: GrantLine[], { kind, value }: GrantLine) =>
    lines.some((line) => line.kind === kind && line.value === value);
  return [
    ...after.map((line) => (within(before, line) ? line : { ...line, change: "new" as const })),
    ...before.filter((line) => !within(after, line)).map((line) => ({ ...line, change: "gone" as const })),
  ];
}

/** The titles of the settings of a plugin that is in use. */
export function titlesOf(plugin: Plugin): TitleOf {
  const { properties } = settingsSchema(plugin);
  return (field) => {
    const property = properties[field];
    return property ? settingLabel(field, property) : field;
  };
}
