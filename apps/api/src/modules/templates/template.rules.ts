import type { schema } from "@tidings/db";
import type { PluginManifest } from "@tidings/sdk/plugin";
import type { FieldProblem } from "../../platform/errors.ts";
import type { MessageCategory } from "./category.rules.ts";
import {
  type ContentFields,
  fieldOf,
  missingFields,
  overlongFields,
  type Rendering,
} from "./rendering.rules.ts";
import { compileText, literalLength, TemplateTextError, variablesOf } from "./template-text.rules.ts";
import { checkVariables, type TemplateVariable, UNSUBSCRIBE_VARIABLE } from "./variable.rules.ts";

export type Renderings = schema.Renderings;

/** What a template has to know of the installed plugins. */
export interface PluginCatalogue {
  list(): readonly { manifest: Pick<PluginManifest, "kind" | "content"> }[];
}

export interface VersionTexts {
  variables: TemplateVariable[];
  renderings: Renderings;
}

export interface VersionContent extends VersionTexts {
  category: MessageCategory;
}

/** Everything that is wrong with a version; an empty list when it can be saved. */
export function checkVersion(version: VersionTexts, plugins: PluginCatalogue): FieldProblem[] {
  const names = new Set(version.variables.map((variable) => variable.name));
  return [...checkVariables(version.variables), ...checkRenderings(version.renderings, names, plugins)];
}

/** Everything that is wrong with renderings that use these variables. Pointers begin with `/renderings`. */
export function checkRenderings(
  renderings: Renderings,
  variables: ReadonlySet<string>,
  plugins: PluginCatalogue,
): FieldProblem[] {
  return Object.entries(renderings).flatMap(([kind, rendering]) => {
    const contents = contentsOf(plugins, kind);
    if (contents.length === 0) return [unknownKind(kind, plugins)];
    const problems = Object.entries(rendering).flatMap(([field, text]) =>
      checkField(text, variables, contents, { kind, field }),
    );
    return problems.length > 0 ? problems : checkFit(kind, rendering, contents);
  });
}

/** The content fields of each plugin that serves the kind. */
export function contentsOf(plugins: PluginCatalogue, kind: string): ContentFields[] {
  return plugins
    .list()
    .filter(({ manifest }) => manifest.kind === kind)
    .map(({ manifest }) => manifest.content);
}

/** The plugin's fields that the rendering fits best: a kind may be served by several plugins. */
export function bestFit(rendering: Rendering, contents: readonly ContentFields[]): ContentFields {
  const [best] = [...contents].sort((a, b) => misfits(rendering, a).length - misfits(rendering, b).length);
  return best ?? {};
}

interface Place {
  kind: string;
  field: string;
}

function checkField(
  text: string,
  variables: ReadonlySet<string>,
  contents: readonly ContentFields[],
  place: Place,
): FieldProblem[] {
  if (!contents.some((fields) => fieldOf(fields, place.field))) return [unknownField(place, contents)];
  const pointer = pointerTo(place);
  try {
    return variablesOf(text)
      .filter((name) => !variables.has(name) && name !== UNSUBSCRIBE_VARIABLE)
      .map((name) => {
        const detail = `The variable "${name}" is used but not declared.`;
        return { pointer, detail, code: "unknown_variable" };
      });
  } catch (error) {
    if (!(error instanceof TemplateTextError)) throw error;
    return [{ pointer, detail: error.message, code: "template_syntax" }];
  }
}

/** A rendering has to suit at least one plugin of its kind; reported is what the most suitable one misses. */
function checkFit(kind: string, rendering: Rendering, contents: readonly ContentFields[]): FieldProblem[] {
  return misfits(rendering, bestFit(rendering, contents)).map(({ field, detail, code }) => ({
    pointer: pointerTo({ kind, field }),
    detail,
    code,
  }));
}

function misfits(rendering: Rendering, fields: ContentFields) {
  const missing = missingFields(rendering, fields).map((field) => ({
    field,
    detail: `The field "${field}" is required.`,
    code: "required",
  }));
  const tooLong = Object.entries(rendering).flatMap(([field, text]) => {
    const maxLength = fieldOf(fields, field)?.maxLength;
    if (maxLength === undefined || literalLength(compileText(text)) <= maxLength) return [];
    const detail = `The text is longer than ${maxLength} characters even without its variables.`;
    return [{ field, detail, code: "too_long" }];
  });
  return [...missing, ...tooLong, ...notChosen(rendering, fields)];
}

/** Fields with choices that say something else. */
function notChosen(rendering: Rendering, fields: ContentFields) {
  return Object.entries(rendering).flatMap(([field, text]) => {
    const { choices, required } = fieldOf(fields, field) ?? {};
    if (!choices || (text === "" && !required)) return [];
    const values = choices.map(({ value }) => value);
    if (values.includes(text)) return [];
    const detail = `Must be one of: ${values.join(", ")}${required ? "" : ", or empty"}.`;
    return [{ field, detail, code: "not_allowed" }];
  });
}

/** What deserves a look in a rendering that could be saved: `content` is how it came out. */
export function lintPreview(
  version: VersionTexts,
  kind: string,
  content: Rendering,
  fields: ContentFields,
): FieldProblem[] {
  const tooLong = overlongFields(content, fields).map((field) => ({
    pointer: pointerTo({ kind, field }),
    detail: `With these values the text is longer than ${fieldOf(fields, field)?.maxLength} characters.`,
    code: "too_long",
  }));
  return [...tooLong, ...unusedVariables(version)];
}

function unusedVariables({ variables, renderings }: VersionTexts): FieldProblem[] {
  const texts = Object.values(renderings).flatMap((rendering) => Object.values(rendering));
  const used = new Set(texts.flatMap(variablesOf));
  return variables.flatMap(({ name }, index) => {
    if (used.has(name)) return [];
    const detail = `The variable "${name}" is declared but used nowhere.`;
    return [{ pointer: `/variables/${index}`, detail, code: "unused_variable" }];
  });
}

/** Values for a preview: what is given, else default or example, else the variable as it is written. */
export function previewValues(
  variables: readonly TemplateVariable[],
  given: Record<string, string | number>,
) {
  const samples = variables.map(({ name, default: fallback, example }) => [
    name,
    fallback ?? example ?? `{{${name}}}`,
  ]);
  const ofRecipient = { [UNSUBSCRIBE_VARIABLE]: `{{${UNSUBSCRIBE_VARIABLE}}}` };
  return { ...Object.fromEntries(samples), ...given, ...ofRecipient };
}

function unknownKind(kind: string, plugins: PluginCatalogue): FieldProblem {
  const kinds = [...new Set(plugins.list().map(({ manifest }) => manifest.kind))].sort();
  const detail = `No installed plugin serves the channel kind "${kind}"; there are: ${kinds.join(", ")}.`;
  return { pointer: `/renderings/${kind}`, detail, code: "unknown_kind" };
}

function unknownField(place: Place, contents: readonly ContentFields[]): FieldProblem {
  const names = [...new Set(contents.flatMap((fields) => Object.keys(fields)))].sort();
  const detail = `The channel kind "${place.kind}" has no field "${place.field}"; there are: ${names.join(", ")}.`;
  return { pointer: pointerTo(place), detail, code: "unknown_field" };
}

const pointerTo = ({ kind, field }: Place) => `/renderings/${kind}/${field}`;
