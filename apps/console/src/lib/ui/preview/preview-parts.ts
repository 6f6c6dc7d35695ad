export interface PreviewParts {
  title?: string;
  text?: string;
  html?: string;
  /** What a reader does not see as such, for example a vendor's template code. */
  rest: [field: string, value: string][];
}

/** Sorts the fields of a content by what a reader sees. Kinds differ in fields, not in what the names mean. */
export function previewParts(content: Record<string, string>): PreviewParts {
  const { title, subject = title, text, html, ...rest } = content;
  const entries = Object.entries(rest).filter(([, value]) => value);
  const [first, ...others] = entries;
  if (text || html || !first) return { title: subject, text, html: html || undefined, rest: entries };
  return { title: subject, text: first[1], rest: others };
}
