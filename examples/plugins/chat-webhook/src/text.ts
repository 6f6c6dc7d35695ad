/** Shortens a foreign text and replaces what a database cannot store: control characters, half surrogates. */
export function clip(text: string, length = 300): string {
  return text.slice(0, length).replace(/[\p{Cc}\p{Cs}]/gu, " ");
}

export function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
