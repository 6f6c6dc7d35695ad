import { createHash } from "node:crypto";
import type { Context, Env, Hono } from "hono";
import { html, raw } from "hono/html";
import type { Allowances } from "./allowances.ts";
import type { Inbox, SimulatedNotice } from "./inbox.ts";
import type { VendorTemplate } from "./templates.ts";

const SHOWN_COUNT = 100;
const SHOWN_ALLOWANCES = 20;
const OPEN_ID_MAX_LENGTH = 64;

/** What the page shows, and what is changed on it. */
export interface PageSource {
  inbox: Inbox;
  templates: readonly VendorTemplate[];
  allowances: Allowances;
}

const TEXTS = {
  zh: {
    lang: "zh-CN",
    title: "微信小程序模拟器",
    subtitle: "这里收到的通知不会真的发出",
    other: "English",
    empty: "还没有通知。用模拟器的设置建一个小程序通道，发一条试试。",
    arrived: "已收到",
    failed: "发送失败",
    count: (count: number) => `共 ${count} 条`,
    consents: "代用户订阅",
    openId: "用户的 OpenID",
    accept: "允许",
    reject: "拒绝",
    left: (count: number) => `还可发送 ${count} 次`,
  },
  en: {
    lang: "en",
    title: "Mini program simulator",
    subtitle: "Nothing that arrives here is really sent",
    other: "中文",
    empty: "No notices yet. Make a channel with the simulator's settings and send one.",
    arrived: "arrived",
    failed: "failed",
    count: (count: number) => `${count} in all`,
    consents: "Subscribe for a user",
    openId: "The user's OpenID",
    accept: "Allow",
    reject: "Refuse",
    left: (count: number) => `${count} may still be sent`,
  },
};
type Language = keyof typeof TEXTS;

const STYLE = `
:root { color-scheme: light dark; --back: #eef1f4; --card: #fff; --ink: #1c2430; --soft: #657182;
  --bubble: #e6ebf0; --good: #1a7d52; --bad: #b93a34; --link: #1f5fa8; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --card: #1b2129; --ink: #e7ecf2; --soft: #93a0b0;
  --bubble: #2a323d; --good: #58c896; --bad: #f0837d; --link: #8fc0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.6 system-ui, "PingFang SC",
  "Microsoft YaHei", sans-serif; }
main { max-width: 32rem; margin: 2rem auto; background: var(--card); border-radius: 1rem; padding: 1.5rem 1.25rem;
  box-shadow: 0 1rem 3rem #0002; min-height: 36rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
h1 { font-size: 1.25rem; margin: 0; } p { margin: 0; color: var(--soft); } a { color: var(--soft); }
ol { list-style: none; margin: 1rem 0 0; padding: 0; } li { margin-top: 1.1rem; }
small { color: var(--soft); display: flex; justify-content: space-between; gap: 1rem;
  font-variant-numeric: tabular-nums; }
.bubble { background: var(--bubble); border-radius: .3rem 1rem 1rem; padding: .6rem .9rem; margin-top: .2rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.bubble span { display: block; color: var(--link); font-size: .85em; }
small .arrived { color: var(--good); } small .failed { color: var(--bad); }
form { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: 1rem; } form p { flex-basis: 100%; }
input { flex: 1; min-width: 10rem; } input, select, button { font: inherit; }
.failed .bubble { color: var(--soft); text-decoration: line-through; }
`;

// Keeps the list current without moving the page under the reader's eyes.
const SCRIPT = `
const list = document.getElementById("list");
let shown;
setInterval(async () => {
  const response = await fetch("/messages" + location.search).catch(() => undefined);
  const text = response?.ok ? await response.text() : undefined;
  if (text === undefined || text === shown) return;
  shown = text;
  list.innerHTML = text;
}, 1500);
`;

const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`,
  "connect-src 'self'",
  "form-action 'self'",
].join("; ");

/** What the users got, newest first, and what they let the program send. */
export function addPage<E extends Env>(app: Hono<E>, source: PageSource): void {
  const languageOf = (c: Context<E>) => readLanguage(c.req.query("lang"), c.req.header("accept-language"));
  app.get("/", (c) => {
    c.header("content-security-policy", POLICY);
    return c.html(writePage(languageOf(c), source));
  });
  app.get("/messages", (c) => c.html(writeList(languageOf(c), source)));
  app.post("/consents", async (c) => {
    const form = await c.req.parseBody();
    const openId = String(form.openId ?? "").trim();
    const template = source.templates.find(({ id }) => id === form.templateId);
    if (!template || openId === "" || openId.length > OPEN_ID_MAX_LENGTH) return c.text("invalid form", 400);
    source.allowances.answer(openId, template.id, form.answer === "accept");
    return c.redirect(`/?lang=${languageOf(c)}`, 303);
  });
}

function readLanguage(chosen: string | undefined, accepted = ""): Language {
  if (chosen === "zh" || chosen === "en") return chosen;
  return accepted === "" || /^zh/i.test(accepted) ? "zh" : "en";
}

function writePage(language: Language, source: PageSource) {
  const texts = TEXTS[language];
  return html`<!doctype html>
<html lang="${texts.lang}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${texts.title}</title><style>${raw(STYLE)}</style>
</head>
<body><main>
<header><h1>${texts.title}</h1><a href="?lang=${language === "zh" ? "en" : "zh"}">${texts.other}</a></header>
<p>${texts.subtitle}</p>
${writeForm(language, source)}
<div id="list">${writeList(language, source)}</div>
</main><script>${raw(SCRIPT)}</script></body>
</html>`;
}

function writeForm(language: Language, { templates }: PageSource) {
  const texts = TEXTS[language];
  const options = templates.map(({ id, title }) => html`<option value="${id}">${title}</option>`);
  return html`<form method="post" action="/consents?lang=${language}"><p>${texts.consents}</p>
<input name="openId" maxlength="${OPEN_ID_MAX_LENGTH}" required placeholder="${texts.openId}" aria-label="${texts.openId}">
<select name="templateId" aria-label="${texts.consents}">${options}</select>
<button name="answer" value="accept">${texts.accept}</button>
<button name="answer" value="reject">${texts.reject}</button></form>`;
}

function writeList(language: Language, { inbox, allowances }: PageSource) {
  const texts = TEXTS[language];
  const { notices } = inbox;
  const left = allowances
    .list()
    .slice(-SHOWN_ALLOWANCES)
    .map(
      ({ openId, left: count }) =>
        html`<li><small><span>${openId}</span><span>${texts.left(count)}</span></small></li>`,
    );
  const ledger = left.length === 0 ? "" : html`<ol>${left}</ol>`;
  if (notices.length === 0) return html`${ledger}<p>${texts.empty}</p>`;
  const newest = notices.slice(-SHOWN_COUNT).reverse();
  return html`${ledger}<p>${texts.count(notices.length)}</p><ol>${newest.map((one) => writeNotice(language, one))}</ol>`;
}

function writeNotice(language: Language, { to, at, text, link, state }: SimulatedNotice) {
  const texts = TEXTS[language];
  const time = new Date(at).toLocaleTimeString(texts.lang, { hour12: false });
  const target = link === "" ? "" : html`<span>${link}</span>`;
  return html`<li class="${state}"><small><span>${to}</span><span>${time} · <span class="${state}">${texts[state]}</span></span></small>
<div class="bubble">${text}${target}</div></li>`;
}
