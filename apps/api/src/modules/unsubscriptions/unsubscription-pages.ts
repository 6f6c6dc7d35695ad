import type { Subject } from "./unsubscription.service.ts";

/** The page is a form that posts to itself, and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

interface Words {
  title: string;
  text: string;
  button?: string;
}

/** Asks before anything is done: programs that look at links first must not unsubscribe anybody. */
export const askPage = ({ tenantName, kindName, maskedAddress }: Subject): string =>
  page(
    {
      title: "退订",
      text: `点击按钮后，「${tenantName}」不再通过${kindName.zh}向 ${maskedAddress} 发送任何消息，包括通知。`,
      button: "确认退订",
    },
    {
      title: "Unsubscribe",
      text: `With this button, ${tenantName} sends nothing more to ${maskedAddress} by ${kindName.en}, notices included.`,
      button: "Unsubscribe",
    },
  );

export const donePage = ({ tenantName, kindName, maskedAddress }: Subject): string =>
  page(
    {
      title: "已退订",
      text: `「${tenantName}」不再通过${kindName.zh}向 ${maskedAddress} 发送消息。如需恢复，请联系对方。`,
    },
    {
      title: "Unsubscribed",
      text: `${tenantName} sends nothing more to ${maskedAddress} by ${kindName.en}. Ask them if you change your mind.`,
    },
  );

export const UNKNOWN_PAGE = page(
  { title: "链接无效", text: "这个链接不完整或已经失效，请回到原消息中重新打开。" },
  {
    title: "This link does not work",
    text: "It is incomplete or has expired. Please open it again from the message.",
  },
);

export const UNCONFIRMED_PAGE = page(
  { title: "没有退订", text: "这个请求没有表明要退订，请打开链接后点击页面上的按钮。" },
  {
    title: "Nothing was unsubscribed",
    text: "The request does not say so. Please open the link and use the button on its page.",
  },
);

export const BUSY_PAGE = page(
  { title: "暂时打不开", text: "系统正忙，请稍后再试。" },
  { title: "Not available at the moment", text: "The system is busy. Please try again in a moment." },
);

function page(zh: Words, en: Words): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>${escapeText(`${zh.title} · ${en.title}`)}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.7 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;
max-width:32rem;margin:15vh auto 0;padding:0 1.5rem}h1,h2{font-size:1.25rem;margin:0}section{margin-top:2.5rem}
p{margin:.25rem 0 1rem;overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1.25rem;min-height:2.75rem;cursor:pointer}
</style></head>
<body><main><h1>${escapeText(zh.title)}</h1>${writeBody(zh)}<section lang="en"><h2>${escapeText(en.title)}</h2>${writeBody(en)}</section></main>
</body></html>`;
}

/** The same form as a mail program's one click: https://www.rfc-editor.org/rfc/rfc8058 */
function writeBody({ text, button }: Words): string {
  const paragraph = `<p>${escapeText(text)}</p>`;
  if (button === undefined) return paragraph;
  const field = '<input type="hidden" name="List-Unsubscribe" value="One-Click">';
  return `${paragraph}<form method="post">${field}<button>${escapeText(button)}</button></form>`;
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
