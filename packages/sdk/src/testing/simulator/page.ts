import { createHash } from "node:crypto";
import { html, Markup } from "./markup.ts";
import { type PageLayout, writeStyle } from "./style.ts";

export type { PageLayout } from "./style.ts";
export type PageLanguage = "zh" | "en";

/** The words of a page in one language. A simulator may have more, for {@link PageOptions.describe}. */
export interface PageTexts {
  title: string;
  subtitle: string;
  /** Shown as long as nothing has arrived. */
  empty: string;
}

/** One message as the page shows it; all of it is text and is escaped. */
export interface PageEntry {
  to: string;
  /** Milliseconds since 1970. */
  at: number;
  /** What became of it. */
  mark?: { text: string; tone?: "good" | "bad" };
  title?: string;
  text: string;
  /** Struck through: taken back, or never shown to its recipient. */
  isGone?: boolean;
  /** An address that the message leads to, shown as text. */
  link?: string;
  /** What only a developer wants to know. */
  details?: string[];
  notes?: string[];
  /** A page of the simulator that shows the whole message. */
  href?: string;
}

export interface PageOptions<T, X extends PageTexts> {
  layout: PageLayout;
  texts: Record<PageLanguage, X>;
  /** What arrived, oldest first; the page shows the newest hundred, newest first. */
  list(): readonly T[];
  describe(message: T, texts: X, language: PageLanguage): PageEntry;
  /** What a person can do on the page; shown above the list and left alone when that is brought up to date. */
  form?(texts: X, language: PageLanguage): Markup;
  /** Shown before the messages and kept current with them, such as what users allow. */
  ledger?(texts: X): Markup | undefined;
  /** More style sheet. */
  style?: string;
}

const SHOWN_COUNT = 100;

const FRAME_TEXTS = {
  zh: { locale: "zh-CN", other: "English", count: (count: number) => `共 ${count} 条` },
  en: { locale: "en", other: "中文", count: (count: number) => `${count} in all` },
};

// Keeps the list current without moving the page under the reader's eyes.
const SCRIPT = `
const list = document.getElementById("list");
const url = new URL(location);
url.searchParams.set("part", "list");
let shown;
setInterval(async () => {
  const response = await fetch(url).catch(() => undefined);
  const text = response?.ok ? await response.text() : undefined;
  if (text === undefined || text === shown) return;
  shown = text;
  list.innerHTML = text;
}, 1500);
`;

// A frame with a message's HTML inherits this policy: no scripts of its own, no requests.
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  `script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`,
  "connect-src 'self'",
  "form-action 'self'",
].join("; ");

/**
 * The page behind {@link Simulator.url}: what arrived, in Chinese or English (`?lang=`, else by the browser's wish),
 * kept current by itself. The result answers requests for it.
 *
 * @example
 * const page = createPage({ layout: "phone", texts, list: () => inbox.messages, describe });
 * app.get("/", (c) => page(c.req.raw));
 */
export function createPage<T, X extends PageTexts>(
  options: PageOptions<T, X>,
): (request: Request) => Response {
  return (request) => {
    const language = readLanguage(request);
    const list = writeList(options, language);
    if (new URL(request.url).searchParams.get("part") === "list") return answerHtml(list.text);
    const { texts, layout, style = "", form } = options;
    const { title, subtitle } = texts[language];
    const body = html`<header><h1>${title}</h1>
<a href="?lang=${language === "zh" ? "en" : "zh"}">${FRAME_TEXTS[language].other}</a></header>
<p>${subtitle}</p>
${form?.(texts[language], language)}<div id="list">${list}</div>
<script>${new Markup(SCRIPT)}</script>`;
    return showDocument({ language, title, layout, style, body });
  };
}

export interface PageDocument {
  language: PageLanguage;
  title: string;
  layout: PageLayout;
  style?: string;
  body: Markup;
}

/** A further page of a simulator, such as one that shows a message alone, with the same looks and no scripts. */
export function showDocument({ language, title, layout, style = "", body }: PageDocument): Response {
  const { text } = html`<!doctype html>
<html lang="${FRAME_TEXTS[language].locale}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${new Markup(writeStyle(layout, style))}</style>
</head>
<body><main>${body}</main></body>
</html>`;
  return answerHtml(text);
}

/** The language that a request asks for: by `?lang=`, else by the browser's wish, else Chinese. */
export function readLanguage(request: Request): PageLanguage {
  const chosen = new URL(request.url).searchParams.get("lang");
  if (chosen === "zh" || chosen === "en") return chosen;
  const accepted = request.headers.get("accept-language") ?? "";
  return accepted === "" || /^zh/i.test(accepted) ? "zh" : "en";
}

function answerHtml(text: string): Response {
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY };
  return new Response(text, { headers });
}

function writeList<T, X extends PageTexts>(options: PageOptions<T, X>, language: PageLanguage): Markup {
  const texts = options.texts[language];
  const messages = options.list();
  const ledger = options.ledger?.(texts);
  if (messages.length === 0) return html`${ledger}<p>${texts.empty}</p>`;
  const newest = messages.slice(-SHOWN_COUNT).reverse();
  const entries = newest.map((one) => writeEntry(options.describe(one, texts, language), language));
  return html`${ledger}<p>${FRAME_TEXTS[language].count(messages.length)}</p><ol>${entries}</ol>`;
}

function writeEntry({ isGone, href, ...entry }: PageEntry, language: PageLanguage): Markup {
  const content = writeContent(entry, language);
  return html`<li class="${isGone ? "gone" : ""}">${href ? html`<a href="${href}">${content}</a>` : content}</li>`;
}

function writeContent(entry: Omit<PageEntry, "isGone" | "href">, language: PageLanguage): Markup {
  const { to, mark, title, text, link, details = [], notes = [] } = entry;
  return html`<small><span>${to}</span><span>${writeTime(entry.at, language)}${
    mark && html` · <span class="${mark.tone}">${mark.text}</span>`
  }</span></small>
<div class="body">${title && html`<strong>${title}</strong>`}<span class="text">${text}</span>${
    link && html`<span class="link">${link}</span>`
  }${details.map((one) => html`<code>${one}</code>`)}${notes.map((one) => html`<p>${one}</p>`)}</div>`;
}

/** The time of day, with the date when that is not today. */
function writeTime(at: number, language: PageLanguage): string {
  const time = new Date(at);
  const { locale } = FRAME_TEXTS[language];
  return time.toDateString() === new Date().toDateString()
    ? time.toLocaleTimeString(locale, { hour12: false })
    : time.toLocaleString(locale, { hour12: false });
}
