/** Where the links of an HTML text are, and where its body ends. A single pass: a text of any author costs its length. */

/** A place in the text of a template, from `start` to before `end`. */
export interface Span {
  start: number;
  end: number;
}

const COMMENT_END = "-->";
/** Elements whose content is no markup. */
const RAW_TEXT = /^(?:script|style|title|textarea|template)$/;
const TAG = /<(?:!--|(\/?)([a-z][a-z0-9-]*)(?=[\s/>]))/gi;
const ATTRIBUTE = /[\s/]*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>`{}]+)(?=[\s>])))?/dy;

export interface HtmlPlaces {
  /** The values of `href` in `<a>`, without their quotes. */
  links: Span[];
  /** Just before the last `</body>`, or the end of the text. */
  bodyEnd: number;
}

export function findHtmlPlaces(html: string): HtmlPlaces {
  const places: HtmlPlaces = { links: [], bodyEnd: html.length };
  const tag = new RegExp(TAG);
  for (let found = tag.exec(html); found; found = tag.exec(html)) {
    const name = found[2]?.toLowerCase();
    if (name === undefined) tag.lastIndex = endOfComment(html, tag.lastIndex);
    else if (found[1]) places.bodyEnd = name === "body" ? found.index : places.bodyEnd;
    else tag.lastIndex = readTag(html, name, tag.lastIndex, places);
  }
  return places;
}

/** Reads a tag from behind its name; returns where markup goes on. */
function readTag(html: string, name: string, from: number, places: HtmlPlaces): number {
  const { href, end } = readAttributes(html, from);
  if (href && name === "a") places.links.push(href);
  return RAW_TEXT.test(name) ? endOfRawText(html, name, end) : end;
}

function endOfComment(html: string, from: number): number {
  const end = html.indexOf(COMMENT_END, from);
  return end === -1 ? html.length : end + COMMENT_END.length;
}

function endOfRawText(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}(?=[\\s/>])`, "gi");
  end.lastIndex = from;
  return end.exec(html)?.index ?? html.length;
}

/** As browsers do, the first `href` of a tag counts. */
function readAttributes(html: string, from: number): { href?: Span | undefined; end: number } {
  const attribute = new RegExp(ATTRIBUTE);
  attribute.lastIndex = from;
  let href: Span | undefined;
  let end = from;
  for (let found = attribute.exec(html); found; found = attribute.exec(html)) {
    end = attribute.lastIndex;
    if (found[1]?.toLowerCase() === "href") href ??= spanOf(found);
  }
  return { href, end };
}

function spanOf({ indices }: RegExpExecArray): Span {
  const [start, end] = indices?.[2] ?? indices?.[3] ?? indices?.[4] ?? [0, 0];
  return { start, end };
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const REFERENCE = /&(?:#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));|([a-z][a-z0-9]*);|)/gi;
/** References that browsers read without their semicolon, except before a letter, a digit or `=`. */
const LEGACY = new RegExp(
  `&#|&(?:${[
    "[AEIOUaeiouy]acute|[AEIOUaeiou]circ|[AEIOUaeiou]grave|[AEIOUaeiouy]uml|[ANOano]tilde|Yacute",
    "AElig|aelig|AMP|amp|Aring|aring|brvbar|Ccedil|ccedil|cedil|cent|COPY|copy|curren|deg|divide|ETH|eth",
    "frac12|frac14|frac34|GT|gt|iexcl|iquest|laquo|LT|lt|macr|micro|middot|nbsp|not|ordf|ordm|Oslash|oslash",
    "para|plusmn|pound|QUOT|quot|raquo|REG|reg|sect|shy|sup1|sup2|sup3|szlig|THORN|thorn|times|uml|yen",
  ].join("|")})(?![A-Za-z0-9=;])`,
);

/** The text behind the references of an attribute's value; undefined where browsers may read something else. */
export function decodeAttribute(value: string): string | undefined {
  let isClear = true;
  const text = value.replace(REFERENCE, (whole, hex?: string, decimal?: string, name?: string) => {
    const known = whole === "&" ? "&" : name ? NAMED[name] : characterOf(hex, decimal);
    isClear &&= known !== undefined;
    return known ?? "";
  });
  return isClear && !LEGACY.test(value.replace(REFERENCE, (whole) => (whole === "&" ? "&" : "")))
    ? text
    : undefined;
}

/** Controls are left out: browsers read some of them as other characters, and drop others. */
function characterOf(hex: string | undefined, decimal: string | undefined): string | undefined {
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  const isPlain = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0xd800) || code >= 0xe000;
  return isPlain && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
