/** An element with the text in it, entities as they are written, and its child elements. */
export interface XmlElement {
  name: string;
  text: string;
  children: XmlElement[];
}

const MAX_LENGTH = 262_144;
const MAX_TOKENS = 10_000;
const MAX_DEPTH = 6;

const HEADER = /^\s*<\?xml[^<>]{0,200}\?>/;
/** A CDATA section, a tag without attributes, or text. */
const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.-]{0,63})\s*(\/?)>|([^<]+)/y;

/**
 * Reads XML of unknown origin, such as a push: elements and CDATA sections. Attributes, comments and declarations are no
 * part of it and are refused, so there is nothing to resolve or to expand.
 *
 * @returns the outermost element; undefined if the text is not of that form, has more than 262,144 characters or 10,000
 * tags and texts, or goes more than six elements deep
 */
export function readXml(source: string): XmlElement | undefined {
  if (source.length > MAX_LENGTH) return undefined;
  const text = source.replace(HEADER, "").trim();
  const root: XmlElement = { name: "", text: "", children: [] };
  const open = [root];
  const token = new RegExp(TOKEN);
  for (let tokenCount = 0; token.lastIndex < text.length; tokenCount += 1) {
    const match = token.exec(text);
    if (!match || tokenCount > MAX_TOKENS || !take(open, match)) return undefined;
  }
  const isWhole = open.length === 1 && root.children.length === 1 && root.text.trim() === "";
  return isWhole ? root.children[0] : undefined;
}

/** Takes one token into the elements that are open, the innermost last; false if it has no place there. */
function take(open: XmlElement[], [, cdata, end, name, isEmpty, plain]: RegExpExecArray): boolean {
  const inner = open.at(-1);
  if (!inner) return false;
  if (name === undefined) {
    inner.text += cdata ?? plain ?? "";
    return true;
  }
  if (end) return open.length > 1 && open.pop()?.name === name;
  const element: XmlElement = { name, text: "", children: [] };
  inner.children.push(element);
  if (!isEmpty) open.push(element);
  return open.length <= MAX_DEPTH;
}
