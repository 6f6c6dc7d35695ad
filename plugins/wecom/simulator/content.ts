/** What a member reads. */
export interface ReadableContent {
  text: string;
  url: string;
}

type Fields = Record<string, unknown>;

const TEXT_MAX_BYTES = 2048;
const TITLE_MAX_LENGTH = 128;
const DESCRIPTION_MAX_LENGTH = 512;
const MAX_ARTICLES = 8;

/** What a call's content shows, cut to the vendor's lengths, or the code of the refusal. */
export function readContent(body: Fields): ReadableContent | number {
  const { msgtype } = body;
  const part = fieldsOf(body[String(msgtype)]);
  switch (msgtype) {
    case "text":
    case "markdown":
      return readText(part);
    case "textcard":
      return readCard(part);
    case "news":
      return readNews(part.articles);
    default:
      return 40008;
  }
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function readText({ content }: Fields): ReadableContent | number {
  const text = textOf(content);
  return text === "" ? 44004 : { text: cutBytes(text, TEXT_MAX_BYTES), url: "" };
}

function readCard({ title, description, url }: Fields): ReadableContent | number {
  if (textOf(title) === "") return 41016;
  if (textOf(description) === "") return 41033;
  if (textOf(url) === "") return 41010;
  return { text: compose(textOf(title), textOf(description)), url: textOf(url) };
}

function readNews(articles: unknown): ReadableContent | number {
  if (!Array.isArray(articles) || articles.length < 1 || articles.length > MAX_ARTICLES) return 45008;
  const cards = articles.map(fieldsOf);
  if (cards.some(({ title }) => textOf(title) === "")) return 41016;
  if (cards.some(({ url }) => textOf(url) === "")) return 41010;
  const texts = cards.map(({ title, description }) => compose(textOf(title), textOf(description)));
  return { text: texts.join("\n\n"), url: textOf(cards[0]?.url) };
}

function compose(title: string, description: string): string {
  const readable = description.replace(/<br\s*\/?>/gi, "\n").replace(/<[^>]*>/g, "");
  return `${cut(title, TITLE_MAX_LENGTH)}\n${cut(readable, DESCRIPTION_MAX_LENGTH)}`;
}

const cut = (text: string, maxLength: number) => [...text].slice(0, maxLength).join("");

/** Cuts between characters, never inside one. */
function cutBytes(text: string, maxBytes: number): string {
  let size = 0;
  let kept = "";
  for (const char of text) {
    size += Buffer.byteLength(char);
    if (size > maxBytes) break;
    kept += char;
  }
  return kept;
}
