/** What a user reads. */
export interface ReadableContent {
  text: string;
  url: string;
}

type Fields = Record<string, unknown>;

const TEXT_MAX_BYTES = 150 * 1024;
const RICH_MAX_BYTES = 30 * 1024;

/** What a request's message shows, or the code of the refusal. */
export function readContent(body: Fields): ReadableContent | number {
  const { msg_type: type, content } = body;
  if (typeof content !== "string") return 99992402;
  const maxBytes = type === "text" ? TEXT_MAX_BYTES : RICH_MAX_BYTES;
  if (Buffer.byteLength(JSON.stringify(body)) > maxBytes) return 230025;
  const fields = parse(content);
  if (!fields) return 230001;
  switch (type) {
    case "text":
      return isText(fields.text) ? { text: fields.text, url: "" } : 230001;
    case "post":
      return readPost(fields);
    case "interactive":
      return readCard(fields);
    default:
      return 230001;
  }
}

function parse(content: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(content));
  } catch {
    return undefined;
  }
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Rich text: a title, and paragraphs of spans, in one language or several. */
function readPost(post: Fields): ReadableContent | number {
  const { title, content } = fieldsOf(Object.values(post)[0]);
  const paragraphs = listOf(content);
  if (paragraphs.length === 0) return 230001;
  const lines = paragraphs.map((spans) =>
    listOf(spans)
      .map((span) => textOf(fieldsOf(span).text))
      .join(""),
  );
  return { text: [textOf(title), ...lines].join("\n"), url: "" };
}

function readCard(card: Fields): ReadableContent | number {
  const elements = listOf(card.elements).map(fieldsOf);
  if (elements.length === 0) return 230099;
  const title = textOf(fieldsOf(fieldsOf(card.header).title).content);
  const texts = elements.map(({ content, text }) => textOf(content) || textOf(fieldsOf(text).content));
  const [button] = elements.flatMap(({ actions }) => listOf(actions).map(fieldsOf));
  if (button && !isText(button.url)) return 230099;
  return { text: [title, ...texts].filter(Boolean).join("\n"), url: textOf(button?.url) };
}
