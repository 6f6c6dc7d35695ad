import { createPage, html, type PageLanguage, readLanguage, showDocument } from "@tidings/sdk/testing";
import { Hono } from "hono";
import type { Mailbox, ReceivedMail } from "./mailbox.ts";
import { TEXTS } from "./texts.ts";

const LIST_STYLE = `
main { max-width: 52rem; }
ol { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; overflow: hidden; }
li { background: none; border: 0; border-radius: 0; padding: 0; margin: 0; } li + li { border-top: 1px solid var(--line); }
li a { display: block; padding: .7rem 1rem; color: inherit; text-decoration: none; } li a:hover { background: #8881; }
strong { font-weight: 600; }
.text { color: var(--soft); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
`;
const MAIL_STYLE = `
main { max-width: 52rem; }
h2 { font-size: .9rem; color: var(--soft); margin: 1.5rem 0 .4rem; } pre a { color: inherit; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .8rem 0; } dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
iframe, pre { width: 100%; background: #fff; border: 1px solid var(--line); border-radius: .8rem; }
iframe { height: 26rem; } pre { margin: 0; padding: 1rem; background: var(--card); white-space: pre-wrap;
  overflow-wrap: anywhere; font: inherit; }
`;

const NEW_PAGE = '<base target="_blank">';
const URL_IN_TEXT = /(https?:\/\/[^\s<>"'，。；：！？、（）【】《》“”]+)/;

/** A webmail of one mailbox: what arrived, newest first, each to be opened. */
export function openPage(mailbox: Mailbox): Hono {
  const app = new Hono();
  const page = createPage({
    layout: "cards",
    texts: TEXTS,
    style: LIST_STYLE,
    list: () => mailbox.mails,
    describe: ({ id, to, at, subject, text, notice }, texts, language) => ({
      to,
      at,
      ...(notice && {
        mark: { text: texts[notice.kind], ...(notice.kind === "returned" && { tone: "bad" as const }) },
      }),
      title: subject || texts.noSubject,
      text: text.slice(0, 200),
      href: `/mails/${id}?lang=${language}`,
    }),
  });
  app.get("/", (c) => page(c.req.raw));
  app.get("/mails/:id", (c) => {
    const mail = mailbox.find(Number(c.req.param("id")));
    return mail ? showMail(readLanguage(c.req.raw), mail) : c.notFound();
  });
  return app;
}

function showMail(language: PageLanguage, mail: ReceivedMail): Response {
  const texts = TEXTS[language];
  const title = mail.subject || texts.noSubject;
  const body = html`<nav><a href="/?lang=${language}">← ${texts.back}</a></nav>
<h1>${title}</h1>
<dl><dt>${texts.from}</dt><dd>${mail.from}</dd><dt>${texts.to}</dt><dd>${mail.to}</dd>
<dt>${texts.time}</dt><dd>${new Date(mail.at).toLocaleString(language, { hour12: false })}</dd>
<dt>Message-ID</dt><dd>${mail.messageId}</dd>
${mail.unsubscribeUrl ? writeUnsubscribing(mail.unsubscribeUrl, texts.unsubscribe) : ""}</dl>
${mail.html ? html`<h2>${texts.html}</h2>${writeFrame(mail, texts.html)}` : ""}
${mail.text ? html`<h2>${texts.text}</h2><pre>${writeText(mail.text)}</pre>` : ""}
${mail.notice ? html`<h2>${texts[mail.notice.kind]}</h2><pre>${mail.notice.text}</pre>` : ""}`;
  return showDocument({ language, title, layout: "cards", style: MAIL_STYLE, body });
}

/** What a mail program offers beside the sender's name. */
const writeUnsubscribing = (url: string, label: string) =>
  html`<dt>List-Unsubscribe</dt><dd><a href="${url}" target="_blank" rel="noreferrer">${label}</a></dd>`;

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
