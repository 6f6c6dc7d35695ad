import { createHash } from "node:crypto";
import type { Env, Hono } from "hono";
import { html, raw } from "hono/html";
import type { Inbox, SimulatedNotification } from "./inbox.ts";

const SHOWN_COUNT = 100;

const TEXTS = {
  zh: {
    lang: "zh-CN",
    title: "FCM 模拟器",
    subtitle: "这里收到的通知不会真的推送",
    other: "English",
    empty: "还没有通知。用模拟器的设置建一个 App 推送通道，发一条试试。",
    count: (count: number) => `共 ${count} 条`,
  },
  en: {
    lang: "en",
    title: "FCM simulator",
    subtitle: "Nothing that arrives here is really pushed",
    other: "中文",
    empty: "No notifications yet. Make an app push channel with the simulator's settings and send one.",
    count: (count: number) => `${count} in all`,
  },
};
type Language = keyof typeof TEXTS;

const STYLE = `
:root { color-scheme: light dark; --back: #eef1f4; --card: #fff; --ink: #1c2430; --soft: #6b7787;
  --note: #e6ebf0; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --card: #1b2129; --ink: #e7ecf2; --soft: #93a0b0;
  --note: #2a323d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.6 system-ui, "PingFang SC",
  "Microsoft YaHei", sans-serif; }
main { max-width: 26rem; margin: 2rem auto; background: var(--card); border-radius: 2rem; padding: 1.5rem 1.25rem;
  box-shadow: 0 1rem 3rem #0002; min-height: 36rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
h1 { font-size: 1.25rem; margin: 0; } p { margin: 0; color: var(--soft); } a { color: var(--soft); }
ol { list-style: none; margin: 1rem 0 0; padding: 0; }
li { margin-top: .7rem; background: var(--note); border-radius: 1rem; padding: .6rem .9rem; }
small { color: var(--soft); display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; }
strong, span, code { overflow-wrap: anywhere; } strong { display: block; }
.text { white-space: pre-wrap; display: block; } code { color: var(--soft); font-size: .8rem; display: block; }
`;

// Keeps the list current without moving the page under the reader's eyes.
const SCRIPT = `
const list = document.getElementById("list");
let shown;
setInterval(async () => {
  const response = await fetch("/notifications" + location.search).catch(() => undefined);
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

/** A phone's list of notifications, newest first, whichever device they are for. */
export function addPage<E extends Env>(app: Hono<E>, inbox: Inbox): void {
  app.get("/", (c) => {
    const language = readLanguage(c.req.query("lang"), c.req.header("accept-language"));
    c.header("content-security-policy", POLICY);
    return c.html(writePage(language, inbox));
  });
  app.get("/notifications", (c) =>
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
  const { notifications } = inbox;
  if (notifications.length === 0) return html`<p>${texts.empty}</p>`;
  const newest = notifications.slice(-SHOWN_COUNT).reverse();
  const items = newest.map((one) => writeOne(language, one));
  return html`<p>${texts.count(notifications.length)}</p><ol>${items}</ol>`;
}

function writeOne(language: Language, { to, at, title, body, data, priority }: SimulatedNotification) {
  const time = new Date(at).toLocaleTimeString(TEXTS[language].lang, { hour12: false });
  const pairs = Object.entries(data).map(([key, value]) => html`<code>${key}=${value}</code>`);
  return html`<li><small><span>…${to.slice(-20)}</span><span>${time} · ${priority}</span></small>
${title ? html`<strong>${title}</strong>` : ""}<span class="text">${body}</span>${pairs}</li>`;
}
