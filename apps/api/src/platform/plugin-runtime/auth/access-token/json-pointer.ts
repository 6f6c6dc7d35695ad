/** The value that a JSON Pointer without escapes leads to, or undefined. */
export function valueAt(document: unknown, pointer: string | undefined): unknown {
  if (pointer === undefined) return undefined;
  return pointer.split("/").slice(1).reduce(stepInto, document);
}

function stepInto(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** A vendor's code as text; nothing for what says that all is well, or for no code. */
export function codeAt(document: unknown, pointer: string | undefined): string | undefined {
  const value = valueAt(document, pointer);
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const code = String(value);
  return code === "" || code === "0" ? undefined : code;
}

/** Parses JSON of unknown origin. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
