import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ContentFields, compileRendering, findLink, renderContent } from "./rendering.rules.ts";
import type { AddressOf, Values } from "./template-text.rules.ts";
import { PIXEL_NAME } from "./tracked-text.rules.ts";

const label = { zh: "字段", en: "Field" };
const fields: ContentFields = {
  text: { label, required: true, maxLength: 100_000, escape: "none", multiline: true },
  html: { label, required: false, maxLength: 100_000, escape: "html", multiline: true },
  sms: { label, required: false, maxLength: 500, escape: "none", renderedBy: "vendor" },
};
const ALL = { links: true, opens: true };
const LINKS = { links: true, opens: false };

/** Renders with addresses of the form `https://t/<name>`, which `follow` can read. */
const BASE = "https://t.example/";
const addressOf: AddressOf = ({ name }) => `${BASE}${Buffer.from(name).toString("hex")}`;
function render(field: string, text: string, values: Values = {}, tracking = LINKS): string {
  return renderContent(compileRendering({ [field]: text }, fields, tracking), values, addressOf)[field] ?? "";
}
const untracked = (field: string, text: string, values: Values = {}) =>
  renderContent(compileRendering({ [field]: text }, fields), values)[field] ?? "";

const ADDRESS = /https:\/\/t\.example\/([0-9a-f]{12})/g;
/** The URLs that the addresses of a rendered text lead to. */
function followed(rendered: string, field: string, text: string, values: Values = {}) {
  return [...rendered.matchAll(ADDRESS)].map(([, name = ""]) =>
    findLink({ any: { [field]: text } }, Buffer.from(name, "hex"))?.urlFor(values),
  );
}

/** What a browser makes of a written attribute. */
const attribute = (url: string) => url.replace(/[&"'<>]/g, (character) => `&#${character.codePointAt(0)};`);

const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+,;=%";
const urlEnd = fc.string({ unit: fc.constantFrom(...safe), minLength: 1, maxLength: 60 });
const plainUrl = urlEnd.map((end) => `https://x.cn/${end}z`);
const htmlUrl = fc
  .string({
    unit: fc.constantFrom(...safe, '"', "<", ">", "张", "é", "😀", "|"),
    minLength: 1,
    maxLength: 60,
  })
  .map((end) => `http://x.cn/${end}`);
const prose = fc.string({ unit: fc.constantFrom("您", "好", " ", "，", "。", "a", "\n", "1", "（", "）") });

describe("plain text", () => {
  it("leads by us and back to exactly the URL, whatever Chinese punctuation stands around it", () => {
    const around = fc.constantFrom(" ", "\n", "，", "。", "）", "】", "！", "；", "”", "》", "");
    fc.assert(
      fc.property(prose, plainUrl, around, prose, (before, url, behind, after) => {
        const text = `${before} ${url}${behind} ${after}`;
        const rendered = render("text", text);
        expect(rendered).toMatch(ADDRESS);
        expect(followed(rendered, "text", text)).toEqual([url]);
        expect(rendered.replace(ADDRESS, () => url)).toBe(text);
      }),
    );
  });

  it("leads back to the URL of each user", () => {
    const text = "账单 https://x.cn/pay?bill={{bill}}&n={{user_id}}，以及 {{link}}。";
    const values = { bill: "A-1", user_id: "2024/7", link: "http://y.cn/?q=1" };
    const rendered = render("text", text, values);
    expect(followed(rendered, "text", text, values)).toEqual([
      "https://x.cn/pay?bill=A-1&n=2024/7",
      "http://y.cn/?q=1",
    ]);
    expect(rendered).toMatch(/^账单 \S+，以及 \S+。$/);
  });

  it.each([
    ["见 https://x.cn/a.", "见 @."],
    ["(https://x.cn/a)", "(@)"],
    ["https://x.cn/a_(b)", "@"],
    ["<https://x.cn/a>", "<@>"],
    ["https://x.cn/a!?", "@!?"],
    ["https://x.cn/缴费", "https://x.cn/缴费"],
    ["https://x.cn/a查看", "https://x.cn/a查看"],
    ["https://学校.cn/", "https://学校.cn/"],
    ["ftp://x.cn/a", "ftp://x.cn/a"],
    ["https://", "https://"],
    ["{{name}}@x.cn", "张三@x.cn"],
    ["{{name}}同学", "张三同学"],
    ["https://x.cn/?n={{name}}", "https://x.cn/?n=张三"],
  ])("makes of %s %s", (text, expected) => {
    expect(render("text", text, { name: "张三" }).replace(ADDRESS, "@")).toBe(expected);
  });
});

describe("HTML", () => {
  it("leads by us and back to exactly the URL of a link", () => {
    fc.assert(
      fc.property(htmlUrl, fc.constantFrom('"', "'"), (url, quote) => {
        const text = `<p><a class=x href = ${quote}${attribute(url)}${quote}>看</a></p>`;
        const rendered = render("html", text);
        expect(followed(rendered, "html", text)).toEqual([url]);
      }),
    );
  });

  it("leads back to the URL of each user, as the escaped attribute would have", () => {
    const text = '<a href="https://x.cn/?a=1&amp;n={{name}}">看</a><a href="{{link}}">看</a>';
    const values = { name: `张"三&`, link: "https://y.cn/?a=1&b=<2>" };
    expect(followed(render("html", text, values), "html", text, values)).toEqual([
      `https://x.cn/?a=1&n=张"三&`,
      "https://y.cn/?a=1&b=<2>",
    ]);
  });

  it.each([
    ['<a href="mailto:a@x.cn">'],
    ['<a href="#top">'],
    ['<a href="/path">'],
    ['<a href="javascript:alert(1)">'],
    ['<a href="https://x.cn/&eacute;">'],
    ['<a href="https://x.cn/?a&copy">'],
    ['<a href="https://x.cn/a b">'],
    ["<a href=https://x.cn/{{name}}>"],
    ['<!-- <a href="https://x.cn/a"> -->'],
    ['<style>a[href="https://x.cn"]{}</style>'],
    ['<textarea><a href="https://x.cn/a"></textarea>'],
    ['<img alt="<a href=https://x.cn/a >">'],
    ['<link href="https://x.cn/a.css">'],
    ['<a title="https://x.cn/a">https://x.cn/a</a>'],
    ['<abbr href="https://x.cn/a">'],
    ['<a href="{{name}}">'],
  ])("leaves %s as it is", (text) => {
    expect(render("html", text, { name: "张三" })).toBe(untracked("html", text, { name: "张三" }));
  });

  it.each([
    ['<a href="https://x.cn/?a=1&user_id=2&copyright=3">', "https://x.cn/?a=1&user_id=2&copyright=3"],
    ["<A\nHREF=https://x.cn/?a=1 target=_blank>", "https://x.cn/?a=1"],
    ['<a href="https://x.cn/1" href="https://x.cn/2">', "https://x.cn/1"],
  ])("reads %s as a browser does", (text, url) => {
    expect(followed(render("html", text), "html", text)).toEqual([url]);
  });

  const pixel = `<img src="${BASE}${PIXEL_NAME.toString("hex")}" width="1" height="1" alt="" style="border:0">`;
  it.each([
    ["<p>您好</p>", `<p>您好</p>${pixel}`],
    ["<html><body>您好</body></html>", `<html><body>您好${pixel}</body></html>`],
    ["<body>a</body><!-- </body> -->", `<body>a${pixel}</body><!-- </body> -->`],
    ['<body><a href="</body>">a</a></BODY>', `<body><a href="</body>">a</a>${pixel}</BODY>`],
  ])("carries one pixel at the end of the body only: %s", (text, expected) => {
    expect(render("html", text, {}, ALL)).toBe(expected);
  });
});

describe("what is not tracked", () => {
  it("is byte for byte what it would be without us", () => {
    const text = fc.oneof(
      prose,
      plainUrl,
      fc.constant("{{name}}"),
      htmlUrl.map((url) => `<a href="${url}">`),
    );
    const texts = fc
      .array(text.filter((part) => !/[{}]/.test(part) || part === "{{name}}"))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(texts, fc.constantFrom("text", "html"), fc.string(), (any, field, name) => {
        const compiled = compileRendering({ [field]: any }, fields, { links: false, opens: false });
        expect(renderContent(compiled, { name }, addressOf)[field]).toBe(untracked(field, any, { name }));
        // A tracked text whose addresses cannot be made is the same again.
        const tracked = compileRendering({ [field]: any }, fields, ALL);
        expect(renderContent(tracked, { name }, () => undefined)[field]).toBe(
          untracked(field, any, { name }),
        );
      }),
    );
  });

  it("is a field that the vendor renders, and a pixel in plain text", () => {
    const text = "见 https://x.cn/a";
    expect(render("sms", text, {}, ALL)).toBe(text);
    expect(render("text", "您好", {}, ALL)).toBe("您好");
  });
});

it("finds what is tracked in a large text of an ill-meaning author in no time", () => {
  const started = performance.now();
  for (const part of [
    "<a href='",
    '<a href="',
    "<!--",
    "<a ",
    "<style",
    "https://",
    "{{a}}",
    "a=",
    "<a href=a ",
    "&#",
  ]) {
    render("html", part.repeat(20_000), {}, ALL);
    render("text", part.repeat(20_000), {}, ALL);
  }
  expect(performance.now() - started).toBeLessThan(10_000);
});
