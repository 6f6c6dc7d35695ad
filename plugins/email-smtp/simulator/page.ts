import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { html, raw } from "hono/html";
import type { Mailbox, ReceivedMail } from "./mailbox.ts";
import { type Language, readLanguage, TEXTS } from "./texts.ts";

const SHOWN_COUNT = 200;

const STYLE = `
:root { color-scheme: light dark; --back: #eef1f4; --card: #fff; --ink: #1c2430; --soft: #6b7787; --line: #dde3ea; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --card: #1b2129; --ink: #e7ecf2; --soft: #93a0b0;
  --line: #303945; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.6 system-ui, "PingFang SC",
  "Microsoft YaHei", sans-serif; }
main { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
h1 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: .9rem; color: var(--soft); margin: 1.5rem 0 .4rem; }
p { margin: 0; color: var(--soft); } a { color: inherit; } header a, nav a { color: var(--soft); }
ol { list-style: none; margin: 1rem 0 0; padding: 0; background: var(--card); border: 1px solid var(--line);
  border-radius: .8rem; overflow: hidden; }
li + li { border-top: 1px solid var(--line); }
li a { display: block; padding: .7rem 1rem; text-decoration: none; } li a:hover { background: #8881; }
small { color: var(--soft); display: flex; justify-content: space-between; gap: 1rem; }
li b { font-weight: 600; } li p { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .8rem 0; } dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
iframe, pre { width: 100%; background: #fff; border: 1px solid var(--line); border-radius: .8rem; }
iframe { height: 26rem; } pre { margin: 0; padding: 1rem; background: var(--card); white-space: pre-wrap;
  overflow-wrap: anywhere; font: inherit; }
`;

// Keeps the list current without moving the page under the reader's eyes.
const SCRIPT = `
const list = document.getElementById("list");
let shown;
setInterval(async () => {
  const response = await fetch("/mails" + location.search).catch(() => undefined);
  const text = response?.ok ? await response.text() : undefined;
  if (text === undefined || text === shown) return;
  shown = text;
  list.innerHTML = text;
}, 1500);
`;

// A mail's HTML sits in a sandboxed frame, which inherits this policy: no scripts of its own, no requests.
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  `script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`,
  "connect-src 'self'",
].join("; ");

const NEW_PAGE = '<base target="_blank">';
const URL_IN_TEXT = /(https?:\/\/[^\s<>"'，。；：！？、（）【】《》“”]+)/;

/** A webmail of one mailbox: what arrived, newest first, each to be opened. */
export function createPage(mailbox: Mailbox): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("content-security-policy", POLICY);
  });
  app.get("/", (c) => {
    const language = languageOf(c);
    return c.html(writeOverview(language, mailbox));
  });
  app.get("/mails", (c) => c.html(writeList(languageOf(c), mailbox)));
  app.get("/mails/:id", (c) => {
    const mail = mailbox.find(Number(c.req.param("id")));
    return mail ? c.html(writeMail(languageOf(c), mail)) : c.notFound();
  });
  return app;
}

function languageOf(c: Context): Language {
  return readLanguage(c.req.query("lang"), c.req.header("accept-language"));
}

type Markup = ReturnType<typeof html>;

function writePage(language: Language, title: string, content: Markup, script: string) {
  return html`<!doctype html>
<html lang="${TEXTS[language].lang}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${raw(STYLE)}</style>
</head>
<body><main>${content}</main>${script ? html`<script>${raw(script)}</script>` : ""}</body>
</html>`;
}

function writeOverview(language: Language, mailbox: Mailbox) {
  const texts = TEXTS[language];
  const content = html`<header><h1>${texts.title}</h1>
<a href="?lang=${language === "zh" ? "en" : "zh"}">${texts.other}</a></header>
<p>${texts.subtitle}</p>
<div id="list">${writeList(language, mailbox)}</div>`;
  return writePage(language, texts.title, content, SCRIPT);
}

function writeList(language: Language, { mails }: Mailbox) {
  const texts = TEXTS[language];
  if (mails.length === 0) return html`<p>${texts.empty}</p>`;
  const newest = mails.slice(-SHOWN_COUNT).reverse();
  return html`<p>${texts.count(mails.length)}</p><ol>${newest.map((mail) => writeEntry(language, mail))}</ol>`;
}

function writeEntry(language: Language, mail: ReceivedMail) {
  const texts = TEXTS[language];
  return html`<li><a href="/mails/${mail.id}?lang=${language}">
<small><span>${mail.to}</span><span>${writeTime(language, mail)}</span></small>
<b>${mail.subject || texts.noSubject}</b><p>${mail.text.slice(0, 200)}</p></a></li>`;
}

function writeMail(language: Language, mail: ReceivedMail) {
  const texts = TEXTS[language];
  const title = mail.subject || texts.noSubject;
  const content = html`<nav><a href="/?lang=${language}">← ${texts.back}</a></nav>
<h1>${title}</h1>
<dl><dt>${texts.from}</dt><dd>${mail.from}</dd><dt>${texts.to}</dt><dd>${mail.to}</dd>
<dt>${texts.time}</dt><dd>${writeTime(language, mail)}</dd><dt>Message-ID</dt><dd>${mail.messageId}</dd></dl>
${mail.html ? html`<h2>${texts.html}</h2>${writeFrame(mail, texts.html)}` : ""}
${mail.text ? html`<h2>${texts.text}</h2><pre>${writeText(mail.text)}</pre>` : ""}`;
  return writePage(language, title, content, "");
}

/** Links open a page of their own; the mail itself can do nothing. */
function writeFrame(mail: ReceivedMail, title: string) {
  return html`<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${NEW_PAGE}${mail.html}"
 title="${title}"></iframe>`;
}

/** Text with its URLs to click on, as mail programs show it. */
function writeText(text: string) {
  return text
    .split(URL_IN_TEXT)
    .map((part, index) =>
      index % 2 === 1 ? html`<a href="${part}" target="_blank" rel="noreferrer">${part}</a>` : part,
    );
}

function writeTime(language: Language, { at }: ReceivedMail): string {
  return new Date(at).toLocaleString(TEXTS[language].lang, { hour12: false });
}
