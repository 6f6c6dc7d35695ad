import { createHash } from "node:crypto";
import type { Env, Hono } from "hono";
import { html, raw } from "hono/html";
import type { ReceivedMessage, Receiver } from "./receiver.ts";

const SHOWN_COUNT = 100;

const TEXTS = {
  zh: {
    lang: "zh-CN",
    title: "Webhook 接收端模拟器",
    subtitle: "签名验证通过的消息会显示在这里",
    other: "English",
    empty: "还没有消息。用模拟器的设置建一个 Webhook 通道，发一条试试。",
    repeats: (count: number) => `收到 ${count} 次，已去重`,
    recalled: "发送方已撤回",
    count: (count: number) => `共 ${count} 条`,
  },
  en: {
    lang: "en",
    title: "Webhook receiver simulator",
    subtitle: "Messages whose signature verifies are shown here",
    other: "中文",
    empty: "No messages yet. Make a webhook channel with the simulator's settings and send one.",
    repeats: (count: number) => `came ${count} times, kept once`,
    recalled: "taken back by the sender",
    count: (count: number) => `${count} in all`,
  },
};
type Language = keyof typeof TEXTS;

const STYLE = `
:root { color-scheme: light dark; --back: #eef1f4; --card: #fff; --ink: #1c2430; --soft: #6b7787; --line: #dde3ea; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --card: #1b2129; --ink: #e7ecf2; --soft: #93a0b0;
  --line: #303945; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.6 system-ui, "PingFang SC",
  "Microsoft YaHei", sans-serif; }
main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1rem; margin: .4rem 0 0; }
p { margin: 0; color: var(--soft); } a { color: var(--soft); }
ol { list-style: none; margin: 1rem 0 0; padding: 0; }
li { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: .8rem 1rem; margin-top: .7rem; }
small { color: var(--soft); display: flex; justify-content: space-between; gap: 1rem; flex-wrap: wrap; }
div.text { white-space: pre-wrap; overflow-wrap: anywhere; }
li.recalled h2, li.recalled div.text { text-decoration: line-through; color: var(--soft); }
code { font: .85em ui-monospace, monospace; color: var(--soft); overflow-wrap: anywhere; }
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

/** What arrived, newest first. */
export function addPage<E extends Env>(app: Hono<E>, receiver: Receiver): void {
  app.get("/", (c) => {
    const language = readLanguage(c.req.query("lang"), c.req.header("accept-language"));
    c.header("content-security-policy", POLICY);
    return c.html(writePage(language, receiver));
  });
  app.get("/messages", (c) =>
    c.html(writeList(readLanguage(c.req.query("lang"), c.req.header("accept-language")), receiver)),
  );
}

function readLanguage(chosen: string | undefined, accepted = ""): Language {
  if (chosen === "zh" || chosen === "en") return chosen;
  return accepted === "" || /^zh/i.test(accepted) ? "zh" : "en";
}

function writePage(language: Language, receiver: Receiver) {
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
<div id="list">${writeList(language, receiver)}</div>
</main><script>${raw(SCRIPT)}</script></body>
</html>`;
}

function writeList(language: Language, receiver: Receiver) {
  const texts = TEXTS[language];
  const { messages } = receiver;
  if (messages.length === 0) return html`<p>${texts.empty}</p>`;
  const newest = messages.slice(-SHOWN_COUNT).reverse();
  return html`<p>${texts.count(messages.length)}</p><ol>${newest.map((message) => writeMessage(language, message))}</ol>`;
}

function writeMessage(language: Language, message: ReceivedMessage) {
  const texts = TEXTS[language];
  const time = new Date(message.at).toLocaleTimeString(texts.lang, { hour12: false });
  const repeats = message.count > 1 ? html`<p>${texts.repeats(message.count)}</p>` : "";
  const recalled = message.isRecalled ? html`<p>${texts.recalled}</p>` : "";
  return html`<li class="${message.isRecalled ? "recalled" : ""}"><small><span>→ ${message.to}</span><span>${time}</span></small>
${message.title ? html`<h2>${message.title}</h2>` : ""}<div class="text">${message.text}</div>
<code>${message.ref} ${JSON.stringify(message.variables)}</code>${repeats}${recalled}</li>`;
}
