/**
 * The language of templates as the API reads it: text with `{{variable}}` and nothing else. Read here as well so that
 * a preview and what is wrong stand beside the text while it is written; the API judges again when it is saved.
 */

export const VARIABLE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
/** Variables with this prefix are filled in from each user: `user_name`, `user_id`, `user_<attribute>`. */
export const USER_PREFIX = "user_";
/** Stands for where the recipient unsubscribes; used without being declared, filled in for each delivery. */
export const UNSUBSCRIBE_VARIABLE = "unsubscribe_url";

export type TextFault = { kind: "unclosed" } | { kind: "not_a_name"; text: string };

export interface ReadText {
  /** Names of the variables, each once. */
  variables: string[];
  /** Characters of the text around the variables: the shortest it can become. */
  literalLength: number;
  fault?: TextFault;
}

/** Reads a text up to the first brace that makes no sense. */
export function readText(text: string): ReadText {
  const variables = new Set<string>();
  let literalLength = 0;
  let position = 0;
  for (let open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", position)) {
    const close = text.indexOf("}}", open + 2);
    const end = (fault: TextFault) => ({ variables: [...variables], literalLength, fault });
    if (close < 0) return end({ kind: "unclosed" });
    const name = text.slice(open + 2, close).trim();
    if (!VARIABLE_NAME.test(name)) return end({ kind: "not_a_name", text: name });
    variables.add(name);
    literalLength += countCharacters(text.slice(position, open));
    position = close + 2;
  }
  return { variables: [...variables], literalLength: literalLength + countCharacters(text.slice(position)) };
}

/** The text with the values in it. A variable without a value stays as it is written. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{\s*([A-Za-z][A-Za-z0-9_]{0,63})\s*\}\}/g, (written, name: string) =>
    Object.hasOwn(values, name) && values[name] ? values[name] : written,
  );
}

/** Code points, as the API counts: an emoji is one. */
export const countCharacters = (text: string): number => [...text].length;
