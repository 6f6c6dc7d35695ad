import type { ContentField } from "@tidings/sdk/plugin";
import {
  codePointCount,
  compileText,
  type Escape,
  escapeFor,
  renderSegments,
  type Segment,
  type Values,
} from "./template-text.rules.ts";

/** What a plugin wants to have filled in: its manifest's `content`. */
export type ContentFields = Readonly<Record<string, ContentField>>;

/** Field name → text with `{{variable}}`, for one channel kind. */
export type Rendering = Readonly<Record<string, string>>;

export type CompiledRendering = readonly CompiledField[];

interface CompiledField {
  readonly name: string;
  readonly segments: readonly Segment[];
  readonly fit: Escape;
}

/** Prepares a rendering for a plugin, once for many users. Fields that the plugin does not know are left out. */
export function compileRendering(rendering: Rendering, fields: ContentFields): CompiledRendering {
  return Object.entries(rendering).flatMap(([name, text]) => {
    const field = fieldOf(fields, name);
    return field ? [{ name, segments: compileText(text), fit: escapeFor(field) }] : [];
  });
}

/** The content for one user. */
export function renderContent(compiled: CompiledRendering, variables: Values): Record<string, string> {
  const content: Record<string, string> = {};
  for (const { name, segments, fit } of compiled) {
    content[name] = renderSegments(segments, variables, fit);
  }
  return content;
}

/** The fields that the plugin requires and the rendering lacks. */
export function missingFields(rendering: Rendering, fields: ContentFields): string[] {
  return Object.entries(fields)
    .filter(([name, field]) => field.required && !Object.hasOwn(rendering, name))
    .map(([name]) => name);
}

/** The rendered fields that are longer than the plugin takes. */
export function overlongFields(content: Rendering, fields: ContentFields): string[] {
  return Object.keys(content).filter((name) => {
    const text = content[name] ?? "";
    const maxLength = fieldOf(fields, name)?.maxLength ?? Number.POSITIVE_INFINITY;
    return text.length > maxLength && codePointCount(text) > maxLength;
  });
}

/** Only what the plugin itself declares: a rendering may name a field `constructor`. */
export const fieldOf = (fields: ContentFields, name: string): ContentField | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;
