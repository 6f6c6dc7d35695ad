import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { SCHOOL, USERS } from "./school.ts";

const TEXTS = {
  zh: {
    lang: "zh-CN",
    other: "English",
    title: `${SCHOOL.name} · 学生门户`,
    hint: "这是一个演示网站，右上角的铃铛就是嵌入的站内信。",
    user: "当前用户",
    change: "切换",
    how: "嵌入方法：引入一个脚本，放一个元素；令牌由网站自己的服务器用 API 密钥换取。",
  },
  en: {
    lang: "en",
    other: "中文",
    title: `${SCHOOL.name} · Students' portal`,
    hint: "A demo site; the bell on the upper right is the embedded inbox.",
    user: "User",
    change: "Change",
    how: "To embed it, load one script and place one element; the site's own server gets the token with its API key.",
  },
};

type Language = keyof typeof TEXTS;

const STYLE = `
:root { color-scheme: light dark; --back: #eef1f4; --card: #fff; --ink: #1c2430; --soft: #56616f; --line: #dde3ea; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --card: #1b2129; --ink: #e7ecf2; --soft: #a3afbd;
  --line: #303945; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.6 system-ui, "PingFang SC",
  "Microsoft YaHei", sans-serif; }
header { display: flex; gap: 1rem; align-items: center; padding: .6rem 1.2rem; background: var(--card);
  border-bottom: 1px solid var(--line); }
h1 { flex: 1; font-size: 1.1rem; margin: 0; } a { color: inherit; }
main { max-width: 44rem; margin: 1.5rem auto; padding: 0 1rem; } p { color: var(--soft); }
form { display: flex; gap: .6rem; align-items: center; }
select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
  border-radius: .4rem; padding: .2rem .6rem; }
pre { padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; overflow: auto; }
`;

/** Gives a user of the demo school a token for the inbox; undefined when there is no such user. */
export type IssueToken = (userId: string) => Promise<{ token: string } | undefined>;

/** A site with the widget, and the small part of its server that the widget needs. */
export function portalPage(publicUrl: string, issueToken: IssueToken): Hono {
  const app = new Hono();
  const { origin } = new URL(publicUrl);
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src ${origin}`,
    `connect-src 'self' ${origin}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

  app.get("/", (c) => {
    c.header("content-security-policy", policy);
    c.header("cache-control", "no-store");
    return c.html(page(c, origin));
  });

  app.post("/inbox-token", async (c) => {
    const issued = await issueToken(c.req.query("user") ?? "");
    return issued
      ? c.json(issued, 200, { "cache-control": "no-store" })
      : c.json({ error: "no such user" }, 404);
  });

  return app;
}

function page(c: Context, origin: string) {
  const language = readLanguage(c.req.query("lang"), c.req.header("accept-language"));
  const texts = TEXTS[language];
  const user = USERS.find(({ userId }) => userId === c.req.query("user")) ?? USERS[0];
  const snippet = `<script src="${origin}/widget/inbox.js" async></script>\n<tidings-inbox token-url="/inbox-token"></tidings-inbox>`;
  return html`<!doctype html>
<html lang="${texts.lang}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${texts.title}</title>
    <style>${STYLE}</style>
    <script src="${origin}/widget/inbox.js" async></script>
  </head>
  <body>
    <header>
      <h1>${texts.title}</h1>
      <a href="?lang=${language === "zh" ? "en" : "zh"}&amp;user=${user?.userId}">${texts.other}</a>
      <tidings-inbox token-url="/inbox-token?user=${user?.userId}"></tidings-inbox>
    </header>
    <main>
      <p>${texts.hint}</p>
      <form method="get">
        <input type="hidden" name="lang" value="${language}" />
        <label for="user">${texts.user}</label>
        <select id="user" name="user">
          ${USERS.map(
            ({ userId, name }) =>
              html`<option value="${userId}" ${userId === user?.userId ? "selected" : ""}>${name} ${userId}</option>`,
          )}
        </select>
        <button>${texts.change}</button>
      </form>
      <p>${texts.how}</p>
      <pre tabindex="0"><code>${snippet}</code></pre>
    </main>
  </body>
</html>`;
}

function readLanguage(chosen: string | undefined, accepted = ""): Language {
  if (chosen === "zh" || chosen === "en") return chosen;
  return accepted === "" || /^zh/i.test(accepted) ? "zh" : "en";
}
