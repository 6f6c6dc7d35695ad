import type { SimulatedMessage } from "@tidings/sdk/testing";

const SHOWN_COUNT = 100;

/** What arrived, newest first. */
export function writePage(messages: SimulatedMessage[]): string {
  const items = messages.slice(-SHOWN_COUNT).reverse().map(writeMessage);
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>Acme 模拟器</title>
<body style="font: 15px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto">
<h1>Acme 模拟器</h1>
<p>共收到 ${messages.length} 条</p>
<ol reversed>${items.join("")}</ol>
</body>
</html>`;
}

const writeMessage = ({ to, text, at }: SimulatedMessage) =>
  `<li><small>→ ${escapeHtml(to)} · ${new Date(at).toISOString()}</small><p>${escapeHtml(text)}</p></li>`;

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
