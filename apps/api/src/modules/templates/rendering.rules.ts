import type { ContentField } from "@tidings/sdk/plugin";
import {
  type AddressOf,
  codePointCount,
  compileText,
  type Escape,
  escapeFor,
  renderSegments,
  type Segment,
  type Values,
} from "./template-text.rules.ts";
import { compileTracked, findTrackedLink, type TrackedLink, type Tracking } from "./tracked-text.rules.ts";

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

/**
 * Prepares a rendering for a plugin, once for many users. Fields that the plugin does not know are left out; those that
 * the vendor renders are never tracked, because what we wrote is not what the user gets.
 */
export function compileRendering(
  rendering: Rendering,
  fields: ContentFields,
  tracking?: Tracking | null,
): CompiledRendering {
  return Object.entries(rendering).flatMap(([name, text]) => {
    const field = fieldOf(fields, name);
    if (!field) return [];
    const isTracked = tracking && field.renderedBy !== "vendor";
    const segments = isTracked ? compileTracked(text, field.escape, tracking) : compileText(text);
    return [{ name, segments, fit: escapeFor(field) }];
  });
}

/** The content for one user. Without `addressOf` nothing is tracked. */
export function renderContent(
  compiled: CompiledRendering,
  variables: Values,
  addressOf?: AddressOf,
): Record<string, string> {
  const content: Record<string, string> = {};
  for (const { name, segments, fit } of compiled) {
    content[name] = renderSegments(segments, variables, fit, addressOf);
  }
  return content;
}

/** The variables of a compiled rendering, each as often as it is used. */
export function variablesIn(compiled: CompiledRendering): string[] {
  return compiled.flatMap(({ segments }) =>
    segments.flatMap(({ variable, insert }) => variable ?? insert?.variables ?? []),
  );
}

/** A tracked link by its name, whichever kind and field it stands in: the name is what it says. */
export function findLink(renderings: Record<string, Rendering>, name: Uint8Array): TrackedLink | undefined {
  const texts = Object.values(renderings).flatMap((rendering) => Object.values(rendering));
  for (const text of texts) {
    const link = findTrackedLink(text, "html", name) ?? findTrackedLink(text, "none", name);
    if (link) return link;
  }
  return undefined;
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
