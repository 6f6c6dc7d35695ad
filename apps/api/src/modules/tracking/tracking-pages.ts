/** What a reader sees whom an address does not lead on. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

export const UNKNOWN_PAGE = page(
  { title: "链接无效", text: "这个链接不完整或已经失效，请回到原消息中重新打开。" },
  {
    title: "This link does not work",
    text: "It is incomplete or has expired. Please open it again from the message.",
  },
);

export const BUSY_PAGE = page(
  { title: "暂时打不开", text: "系统正忙，请稍后再试。" },
  { title: "Not available at the moment", text: "The system is busy. Please try again in a moment." },
);

interface Words {
  title: string;
  text: string;
}

function page(zh: Words, en: Words): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>${zh.title} · ${en.title}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.7 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;
max-width:32rem;margin:20vh auto 0;padding:0 1.5rem}h1,h2{font-size:1.25rem;margin:0}h2{margin-top:2rem}p{margin:0;
opacity:.75}</style></head>
<body><h1>${zh.title}</h1><p>${zh.text}</p><div lang="en"><h2>${en.title}</h2><p>${en.text}</p></div></body></html>`;
}
