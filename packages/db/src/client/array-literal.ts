/**
 * PostgreSQL's text form of arrays, `{a,"b, c",NULL,{…}}`. The driver's own support reads the type catalogue on
 * every new connection and crashes the process when the connection dies during that query, so it is off.
 */
export type ArrayValue<T> = Array<T | null | ArrayValue<T>>;

/** Parses an array literal; `parseElement` gets the unescaped text of each element that is not NULL. */
export function parseArrayLiteral<T>(text: string, parseElement: (text: string) => T): ArrayValue<T> {
  let position = text.indexOf("{");

  function readArray(): ArrayValue<T> {
    const items: ArrayValue<T> = [];
    position++;
    while (position < text.length && text[position] !== "}") {
      if (text[position] === ",") position++;
      else items.push(readItem());
    }
    position++;
    return items;
  }

  function readItem(): T | null | ArrayValue<T> {
    if (text[position] === "{") return readArray();
    if (text[position] === '"') return parseElement(readQuoted());
    const start = position;
    while (text[position] !== "," && text[position] !== "}") position++;
    const bare = text.slice(start, position);
    return bare === "NULL" ? null : parseElement(bare);
  }

  function readQuoted(): string {
    let value = "";
    for (position++; text[position] !== '"'; position++) {
      if (text[position] === "\\") position++;
      value += text[position];
    }
    position++;
    return value;
  }

  return readArray();
}

/** Writes an array literal; null and undefined elements become NULL, nested arrays further dimensions. */
export function formatArrayLiteral(
  items: readonly unknown[],
  formatElement: (item: unknown) => string,
): string {
  const parts = items.map((item) => {
    if (item === null || item === undefined) return "NULL";
    if (Array.isArray(item)) return formatArrayLiteral(item, formatElement);
    return `"${formatElement(item).replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${parts.join(",")}}`;
}
