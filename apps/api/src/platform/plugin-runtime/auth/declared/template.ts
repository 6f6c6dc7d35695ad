import { BlockedError } from "../../outbound/blocked-error.ts";
import { parseJson, valueAt } from "../access-token/json-pointer.ts";
import type { SchemeValues } from "../authenticator.ts";

const PLACEHOLDER =
  /\$\{(?:(settings|secrets)\.([A-Za-z0-9]+)((?:\/[A-Za-z0-9_-]{1,64}){1,5})?|([a-z][A-Za-z]*))\}/g;

/** What stands in a text for a value of the settings form. */
export interface Placeholder {
  source: "settings" | "secrets";
  name: string;
  /** Where in the JSON of the value, as a JSON Pointer. */
  member?: string | undefined;
}

/** The settings and secrets that stand in a text, or in any text of a part of a scheme. */
export function placeholdersIn(part: unknown): Placeholder[] {
  return matchesIn(part).flatMap(([, source, name = "", member]) =>
    source === "settings" || source === "secrets" ? [{ source, name, member }] : [],
  );
}

/** The words in a part of a scheme that stand for something else, such as `${body}`. */
export const wordsIn = (part: unknown): string[] => matchesIn(part).flatMap(([, , , , word]) => word ?? []);

function matchesIn(part: unknown): RegExpMatchArray[] {
  const texts = typeof part === "string" ? part : (JSON.stringify(part) ?? "");
  return [...texts.matchAll(PLACEHOLDER)];
}

/** Fills in a channel's values, and words that stand for something; throws BlockedError if a value is not set. */
export function fill(
  text: string,
  values: SchemeValues,
  words: Readonly<Record<string, string>> = {},
): string {
  return text.replace(PLACEHOLDER, (match, source, name: string, member, word: string) =>
    word === undefined ? readValue({ source, name, member }, values) : (words[word] ?? match),
  );
}

function readValue({ source, name, member }: Placeholder, values: SchemeValues): string {
  const kind = source === "secrets" ? "secret" : "setting";
  const value = values[source][name];
  if (value === undefined || value === "") throw new BlockedError(`The ${kind} "${name}" is not set.`);
  if (member === undefined) return String(value);
  const document = parseJson(String(value));
  if (document === undefined) throw new BlockedError(`The ${kind} "${name}" is no JSON.`);
  const text = valueAt(document, member);
  if (typeof text === "string" && text !== "") return text;
  throw new BlockedError(`The ${kind} "${name}" has no text at ${member}.`);
}

/** The texts out of JSON secrets that a scheme uses, as far as they are there. */
export function membersIn(part: unknown, { secrets }: SchemeValues): string[] {
  return placeholdersIn(part).flatMap(({ source, name, member }) => {
    const text = source === "secrets" ? valueAt(parseJson(secrets[name] ?? ""), member) : undefined;
    return typeof text === "string" ? [text] : [];
  });
}
