import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";
import type { Draft, VariableDraft } from "./draft.ts";
import {
  countCharacters,
  fillText,
  readText,
  type TextFault,
  UNSUBSCRIBE_VARIABLE,
  VARIABLE_NAME,
} from "./template-text.ts";

/** What the plugins say about the fields of a kind. */
type ContentFields = Pick<PluginCatalogue, "contentFields">;

/** What keeps a draft from being saved, by field. */
export function checkDraft(draft: Draft, plugins: ContentFields): FieldErrors {
  const names = new Set(draft.variables.map(({ name }) => name.trim()));
  const errors: FieldErrors = {};
  for (const [index, variable] of draft.variables.entries()) {
    const path = `variables/${index}`;
    errors[`${path}/name`] = nameFault(variable, draft.variables.slice(0, index));
    errors[`${path}/default`] = numberFault(variable, variable.default);
    errors[`${path}/example`] = numberFault(variable, variable.example);
  }
  for (const [kind, texts] of Object.entries(draft.renderings))
    for (const [name, field] of plugins.contentFields(kind)) {
      const text = texts[name] ?? "";
      errors[`renderings/${kind}/${name}`] =
        field.required && !text ? m.field_required() : textFault(text, names, field.maxLength);
    }
  return errors;
}

function nameFault({ name }: VariableDraft, before: VariableDraft[]): string | undefined {
  const trimmed = name.trim();
  if (!trimmed) return m.field_required();
  if (!VARIABLE_NAME.test(trimmed)) return m.templates_variable_name_wrong();
  if (trimmed === UNSUBSCRIBE_VARIABLE) return m.templates_variable_reserved();
  return before.some((other) => other.name.trim() === trimmed) ? m.templates_variable_twice() : undefined;
}

function numberFault({ type }: VariableDraft, value: string): string | undefined {
  return type === "number" && value && !Number.isFinite(Number(value))
    ? m.templates_not_a_number()
    : undefined;
}

/** What is wrong with one text: a brace, a name that is not declared, or too many characters of its own. */
export function textFault(text: string, names: ReadonlySet<string>, maxLength: number): string | undefined {
  const { variables, literalLength, fault } = readText(text);
  if (fault) return faultText(fault);
  const unknown = variables.find((name) => !names.has(name) && name !== UNSUBSCRIBE_VARIABLE);
  if (unknown) return m.templates_variable_unknown({ name: unknown });
  return literalLength > maxLength ? m.field_too_long_by({ limit: maxLength }) : undefined;
}

function faultText(fault: TextFault): string {
  if (fault.kind === "unclosed") return m.templates_brace_unclosed();
  return m.templates_brace_not_a_name({ text: fault.text });
}

/** Names that a text uses and the draft does not declare. */
export function undeclaredVariables({ variables, renderings }: Draft): string[] {
  const declared = new Set(variables.map(({ name }) => name.trim()));
  return usedVariables(renderings).filter((name) => !declared.has(name) && name !== UNSUBSCRIBE_VARIABLE);
}

/** What deserves a look though it could be saved. */
export function lintDraft(
  draft: Draft,
  kind: string,
  values: Record<string, string>,
  plugins: Pick<PluginCatalogue, "contentFields" | "fieldName">,
): string[] {
  const limits = new Map(plugins.contentFields(kind).map(([name, { maxLength }]) => [name, maxLength]));
  const tooLong = Object.entries(draft.renderings[kind] ?? {}).flatMap(([name, text]) => {
    const limit = limits.get(name);
    if (limit === undefined || countCharacters(fillText(text, values)) <= limit) return [];
    return [m.templates_finding_too_long({ field: plugins.fieldName(kind, name), limit })];
  });
  const used = new Set(usedVariables(draft.renderings));
  const unused = draft.variables
    .filter(({ name }) => name && !used.has(name.trim()))
    .map(({ name }) => m.templates_finding_unused({ name }));
  return [...tooLong, ...unused];
}

function usedVariables(renderings: Draft["renderings"]): string[] {
  const texts = Object.values(renderings).flatMap((fields) => Object.values(fields));
  return [...new Set(texts.flatMap((text) => readText(text).variables))];
}
