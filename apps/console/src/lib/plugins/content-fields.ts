import type { ContentField, Plugin } from "../api/client.ts";
import { localized } from "../format/localized.ts";

type Text = ContentField["label"];

/**
 * What has to be written for a kind that these plugins serve, in their order. A text goes out by the channels whose
 * plugins find all they need in it, so a field is required only if every plugin requires it; one that not every plugin
 * knows says whose it is.
 */
export function mergeContent(plugins: readonly Plugin[]): [name: string, field: ContentField][] {
  const names = new Set(plugins.flatMap(({ content }) => Object.keys(content)));
  return [...names].map((name) => [name, mergeField(name, plugins)]);
}

function mergeField(name: string, plugins: readonly Plugin[]): ContentField {
  const owners = plugins.flatMap(({ content, name: plugin }) => {
    const field = content[name];
    return field ? [{ plugin, field }] : [];
  });
  const [first] = owners;
  if (!first) throw new Error(`no plugin has the field ${name}`);
  const isShared = owners.length === plugins.length;
  const help = mergeHelp(
    owners.flatMap(({ plugin, field }) => (field.help ? [{ plugin, help: field.help }] : [])),
  );
  return {
    ...first.field,
    label: isShared ? first.field.label : withOwners(first.field.label, owners),
    ...(help && { help }),
    required: isShared && owners.every(({ field }) => field.required),
    maxLength: Math.max(...owners.map(({ field }) => field.maxLength)),
  };
}

/** The values of a field with choices, to choose from. */
export const choiceOptions = ({ choices }: ContentField): { value: string; label: string }[] =>
  (choices ?? []).map(({ value, label }) => ({ value, label: localized(label) }));

/** 模板编号（某短信平台） · Template code (Some SMS) */
function withOwners(label: Text, owners: { plugin: Text }[]): Text {
  return {
    zh: `${label.zh}（${owners.map(({ plugin }) => plugin.zh).join("、")}）`,
    en: `${label.en} (${owners.map(({ plugin }) => plugin.en).join(", ")})`,
  };
}

function mergeHelp(helps: { plugin: Text; help: Text }[]): Text | undefined {
  const [first, ...others] = helps;
  if (!first) return undefined;
  if (others.every(({ help }) => help.zh === first.help.zh)) return first.help;
  return {
    zh: helps.map(({ plugin, help }) => `${plugin.zh}：${help.zh}`).join(""),
    en: helps.map(({ plugin, help }) => `${plugin.en}: ${help.en}`).join(" "),
  };
}
