/**
 * The language of templates: text with `{{variable}}`, white space allowed inside the braces, and nothing else. No
 * expressions, loops or includes, so a text of any author renders in time proportional to its length.
 */

/** Text, and the variable that follows it; the last segment of a text has none. */
export interface Segment {
  readonly literal: string;
  readonly variable: string | undefined;
  /** What follows instead of a variable, in a text that is tracked. */
  readonly insert?: Insert;
}

/** Something that is written for each recipient and is more than a value. */
export interface Insert {
  readonly variables: readonly string[];
  render(values: Values, fit: Escape, addressOf: AddressOf | undefined): string;
}

/** Our address for a tracked thing of one delivery; undefined when it cannot have one. */
export type AddressOf = (
  thing: { readonly name: Uint8Array; readonly variables: readonly string[] },
  values: Values,
) => string | undefined;

export type Values = Readonly<Record<string, string | number | undefined>>;

/** Makes a value fit for the place where it is put in. */
export type Escape = (value: string) => string;

/** A text that is not a template. `position` counts UTF-16 units from 0, as editors do. */
export class TemplateTextError extends Error {
  override readonly name = "TemplateTextError";
  readonly position: number;

  constructor(position: number, message: string) {
    super(message);
    this.position = position;
  }
}

export const VARIABLE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

const OPEN = "{{";
const CLOSE = "}}";

/** Splits a text at its variables. Throws a `TemplateTextError` at the first brace that makes no sense. */
export function compileText(text: string): Segment[] {
  const segments: Segment[] = [];
  let position = 0;
  for (let open = text.indexOf(OPEN); open !== -1; open = text.indexOf(OPEN, position)) {
    const close = text.indexOf(CLOSE, open + OPEN.length);
    if (close === -1) {
      throw new TemplateTextError(open, `The braces that open at position ${open} are never closed.`);
    }
    const variable = text.slice(open + OPEN.length, close).trim();
    if (!VARIABLE_NAME.test(variable)) throw new TemplateTextError(open, notAVariable(variable, open));
    segments.push({ literal: text.slice(position, open), variable });
    position = close + CLOSE.length;
  }
  segments.push({ literal: text.slice(position), variable: undefined });
  return segments;
}

const notAVariable = (text: string, position: number) =>
  `"${text.slice(0, 64)}" at position ${position} is not the name of a variable: use letters, digits and _.`;

/** Puts the values in. A variable without a value leaves nothing. */
export function renderSegments(
  segments: readonly Segment[],
  values: Values,
  fit: Escape,
  addressOf?: AddressOf,
): string {
  let text = "";
  for (const { literal, variable, insert } of segments) {
    text += literal;
    if (variable !== undefined) text += fit(textOf(values[variable]));
    else if (insert) text += insert.render(values, fit, addressOf);
  }
  return text;
}

/** The type is checked at run time too: `values.constructor` of a plain object is a function. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

/** The names of the variables, each once, in the order of their first use. */
export function variablesOf(text: string): string[] {
  const names = compileText(text).flatMap(({ variable }) => (variable === undefined ? [] : [variable]));
  return [...new Set(names)];
}

/** Unicode code points of the text around the variables: the shortest it can become. */
export function literalLength(segments: readonly Segment[]): number {
  return segments.reduce((length, { literal }) => length + codePointCount(literal), 0);
}

export function codePointCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Control characters except line feed and tab. */
const CONTROL = /[^\P{Cc}\n\t]/gu;
const LINE_BREAK = /\n/g;
const MARKUP = /[&<>"']/g;
const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const withoutControls: Escape = (value) => value.replace(CONTROL, "");
/** A field of one line may become a header: a value must not begin another. */
const onOneLine: Escape = (value) => value.replace(LINE_BREAK, " ");
const withoutMarkup: Escape = (value) => value.replace(MARKUP, (character) => ENTITIES[character] ?? "");

/** Nearly every value is harmless: one look at it is all that it costs. */
const when = (suspicious: RegExp, fit: Escape): Escape => {
  return (value) => (suspicious.test(value) ? fit(value) : value);
};

const ESCAPES = {
  none: when(/\p{Cc}/u, (value) => onOneLine(withoutControls(value))),
  noneMultiline: when(/[^\P{Cc}\n\t]/u, withoutControls),
  html: when(/[\p{Cc}&<>"']/u, (value) => onOneLine(withoutMarkup(withoutControls(value)))),
  htmlMultiline: when(/[\p{Cc}&<>"']/u, (value) => withoutMarkup(withoutControls(value))),
};

/** How values are put into a field. */
export const escapeFor = (field: { escape: "none" | "html"; multiline?: boolean }): Escape =>
  ESCAPES[field.multiline ? (`${field.escape}Multiline` as const) : field.escape];
