import {
  createPage,
  html,
  type Inbox,
  type Markup,
  type PageLanguage,
  readLanguage,
} from "@tidings/sdk/testing";
import type { Allowances } from "./allowances.ts";
import type { SimulatedNotice } from "./notice.ts";
import type { VendorTemplate } from "./templates.ts";

const SHOWN_ALLOWANCES = 20;
const OPEN_ID_MAX_LENGTH = 64;

/** What the page says of the kind of account. */
export type PageWords = Record<PageLanguage, { title: string; empty: string; consents: string }>;

/** What the page shows, and what is changed on it. */
export interface PageSource {
  words: PageWords;
  inbox: Inbox<SimulatedNotice>;
  /** Those that a user can be subscribed to. */
  templates: readonly VendorTemplate[];
  allowances: Allowances;
}

const TEXTS = {
  zh: {
    subtitle: "这里收到的通知不会真的发出",
    arrived: "已收到",
    blocked: "用户拒收",
    failed: "发送失败",
    openId: "用户的 OpenID",
    accept: "允许",
    reject: "拒绝",
    left: (count: number) => `还可发送 ${count} 次`,
  },
  en: {
    subtitle: "Nothing that arrives here is really sent",
    arrived: "arrived",
    blocked: "blocked by the user",
    failed: "failed",
    openId: "The user's OpenID",
    accept: "Allow",
    reject: "Refuse",
    left: (count: number) => `${count} may still be sent`,
  },
};
type Texts = (typeof TEXTS & PageWords)[PageLanguage];
const TONES = { arrived: "good", blocked: "bad", failed: "bad" } as const;

/** What the users got, newest first, and what they let the account send. */
export const openPage = ({ words, inbox, templates, allowances }: PageSource) =>
  createPage({
    layout: "chat",
    texts: { zh: { ...TEXTS.zh, ...words.zh }, en: { ...TEXTS.en, ...words.en } },
    list: () => inbox.messages,
    describe: ({ to, at, text, link, state }, texts) => ({
      to,
      at,
      mark: { text: texts[state], tone: TONES[state] },
      text,
      link,
      isGone: state !== "arrived",
    }),
    form: (texts, language) => writeForm(texts, language, templates),
    ledger: (texts) => writeLedger(texts, allowances),
  });

/** Takes what was chosen in the page's form, and shows the page again. */
export async function takeConsent(source: PageSource, request: Request): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const openId = form.get("openId")?.trim() ?? "";
  const template = source.templates.find(({ id }) => id === form.get("templateId"));
  if (!template || openId === "" || openId.length > OPEN_ID_MAX_LENGTH) {
    return new Response("invalid form", { status: 400 });
  }
  source.allowances.answer(openId, template.id, form.get("answer") === "accept");
  return new Response(null, { status: 303, headers: { location: `/?lang=${readLanguage(request)}` } });
}

function writeForm(texts: Texts, language: PageLanguage, templates: readonly VendorTemplate[]): Markup {
  const options = templates.map(({ id, title }) => html`<option value="${id}">${title}</option>`);
  return html`<form method="post" action="/consents?lang=${language}"><p>${texts.consents}</p>
<input name="openId" maxlength="${OPEN_ID_MAX_LENGTH}" required placeholder="${texts.openId}" aria-label="${texts.openId}">
<select name="templateId" aria-label="${texts.consents}">${options}</select>
<button name="answer" value="accept">${texts.accept}</button>
<button name="answer" value="reject">${texts.reject}</button></form>`;
}

function writeLedger(texts: Texts, allowances: Allowances): Markup | undefined {
  const entries = allowances
    .list()
    .slice(-SHOWN_ALLOWANCES)
    .map(
      ({ openId, left }) =>
        html`<li><small><span>${openId}</span><span>${texts.left(left)}</span></small></li>`,
    );
  return entries.length === 0 ? undefined : html`<ol>${entries}</ol>`;
}
