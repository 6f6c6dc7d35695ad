/** HTML that is safe to show: what was put into it was escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a placeholder of {@link html}: text is escaped, lists are joined, nothing is left out. */
export type Fragment = string | number | undefined | Markup | readonly Fragment[];

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Writes HTML with values in it, for text and for quoted attributes.
 *
 * @example
 * html`<p title="${title}">${text}</p>`;
 */
export function html(parts: TemplateStringsArray, ...values: Fragment[]): Markup {
  return new Markup(
    parts.map((part, index) => part + (index < values.length ? write(values[index]) : "")).join(""),
  );
}

function write(value: Fragment): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(write).join("");
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
