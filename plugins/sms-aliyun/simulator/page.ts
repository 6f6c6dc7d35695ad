import { createHash } from "node:crypto";
import type { Env, Hono } from "hono";
import { html, raw } from "hono/html";
import type { Inbox, SimulatedSms } from "./account.ts";

const SHOWN_COUNT = 100;

const TEXTS = {
  zh: {
    lang: "zh-CN",
    title: "短信模拟器",
    subtitle: "这里收到的短信不会真的发出",
    other: "English",
    empty: "还没有短信。用模拟器的设置建一个短信通道，发一条试试。",
    delivered: "送达",
    undelivered: "失败",
    none: "无回执",
    count: (count: number) => `共 ${count} 条`,
  },
  en: {
    lang: "en",
    title: "SMS simulator",
    subtitle: "Nothing that arrives here is really sent",
    other: "中文",
    empty: "No messages yet. Make an SMS channel with the simulator's settings and send one.",
    delivered: "delivered",
    undelivered: "failed",
    none: "no report",
    count: (count: number) => `${count} in all`,
  },
};
type Language = keyof typeof TEXTS;

const STYLE = `
:root { color-scheme: light dark; --back: #eef1f4; --card: #fff; --ink: #1c2430; --soft: #6b7787;
  --bubble: #e6ebf0; --good: #1f8a5b; --bad: #c2413b; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --card: #1b2129; --ink: #e7ecf2; --soft: #93a0b0;
  --bubble: #2a323d; --good: #58c896; --bad: #f0837d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.6 system-ui, "PingFang SC",
  "Microsoft YaHei", sans-serif; }
main { max-width: 26rem; margin: 2rem auto; background: var(--card); border-radius: 2rem; padding: 1.5rem 1.25rem;
  box-shadow: 0 1rem 3rem #0002; min-height: 36rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
h1 { font-size: 1.25rem; margin: 0; } p { margin: 0; color: var(--soft); } a { color: var(--soft); }
ol { list-style: none; margin: 1rem 0 0; padding: 0; } li { margin-top: 1.1rem; }
small { color: var(--soft); display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; }
.bubble { background: var(--bubble); border-radius: .3rem 1.1rem 1.1rem; padding: .6rem .9rem; margin-top: .2rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.delivered { color: var(--good); } .undelivered { color: var(--bad); }
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
].join("; ");

/** A phone's list of text messages, newest first. */
export function addPage<E extends Env>(app: Hono<E>, inbox: Inbox): void {
  app.get("/", (c) => {
    const language = readLanguage(c.req.query("lang"), c.req.header("accept-language"));
    c.header("content-security-policy", POLICY);
    return c.html(writePage(language, inbox));
  });
  app.get("/messages", (c) =>
    c.html(writeList(readLanguage(c.req.query("lang"), c.req.header("accept-language")), inbox)),
  );
}

function readLanguage(chosen: string | undefined, accepted = ""): Language {
  if (chosen === "zh" || chosen === "en") return chosen;
  return accepted === "" || /^zh/i.test(accepted) ? "zh" : "en";
}

function writePage(language: Language, inbox: Inbox) {
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
<div id="list">${writeList(language, inbox)}</div>
</main><script>${raw(SCRIPT)}</script></body>
</html>`;
}

function writeList(language: Language, inbox: Inbox) {
  const texts = TEXTS[language];
  const { messages } = inbox;
  if (messages.length === 0) return html`<p>${texts.empty}</p>`;
  const newest = messages.slice(-SHOWN_COUNT).reverse();
  return html`<p>${texts.count(messages.length)}</p><ol>${newest.map((sms) => writeSms(language, sms))}</ol>`;
}

function writeSms(language: Language, { number, at, text, report }: SimulatedSms) {
  const time = new Date(at).toLocaleTimeString(TEXTS[language].lang, { hour12: false });
  return html`<li><small><span>${number}</span><span>${time} · <span class="${report}">${TEXTS[language][report]}</span></span></small>
<div class="bubble">${text}</div></li>`;
}
