import type { Json } from "@tidings/sdk/plugin";

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Numbers with more digits may not be exact in JavaScript; vendors use them as ids. */
const LONG_INTEGER = /^-?\d{16,}$/;

/** What a text says as JSON, with long integers as texts; undefined if it is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(
      text.replace(STRING_OR_NUMBER, (part) => (LONG_INTEGER.test(part) ? `"${part}"` : part)),
    );
  } catch {
    return undefined;
  }
}

/** What a JSON Pointer (RFC 6901) points at. */
export function valueAt(value: Json | undefined, pointer: string): Json | undefined {
  let found = value;
  for (const token of tokensOf(pointer)) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, token)) return undefined;
    found = (found as Record<string, Json>)[token];
  }
  return found;
}

/** The text, number or truth value that a pointer points at, as text. */
export function textAt(value: Json | undefined, pointer: string | undefined): string | undefined {
  if (pointer === undefined) return undefined;
  const found = valueAt(value, pointer);
  return found === undefined || found === null || typeof found === "object" ? undefined : String(found);
}

/** The same value with another one in the place that a pointer points at, which has to be there. */
export function withValueAt(value: Json, pointer: string, put: (old: Json) => Json): Json {
  return replaceAt(value, tokensOf(pointer), put);
}

function replaceAt(value: Json, [token, ...rest]: string[], put: (old: Json) => Json): Json {
  if (token === undefined) return put(value);
  if (Array.isArray(value)) {
    return value.map((one, index) => (String(index) === token ? replaceAt(one, rest, put) : one));
  }
  const entries = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(
    entries.map(([key, one]) => [key, key === token ? replaceAt(one, rest, put) : one]),
  );
}

function tokensOf(pointer: string): string[] {
  const [, ...tokens] = pointer.split("/");
  return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}
