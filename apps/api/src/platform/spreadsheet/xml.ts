import { notAWorkbook } from "./zip.ts";

/** What a document says, tag by tag; names come without their prefix. */
export interface XmlListener {
  open?(name: string, attributes: string): void;
  close?(name: string): void;
  text?(text: string): void;
}

const MAX_TAG_LENGTH = 100_000;
const NAME = /^\/?(?:[\w.-]+:)?([\w.-]+)/;

/** Reads XML piece by piece, in one pass; knows no entities of its own, so nothing can grow. */
export function createXmlReader(listener: XmlListener): { push(piece: string): void } {
  let rest = "";

  function handleTag(tag: string): void {
    const name = NAME.exec(tag)?.[1];
    if (name === undefined) return;
    const isEnd = tag.startsWith("/");
    if (!isEnd) listener.open?.(name, tag);
    if (isEnd || tag.endsWith("/")) listener.close?.(name);
  }

  return {
    push(piece) {
      const all = rest + piece;
      let at = 0;
      for (let start = all.indexOf("<", at); start !== -1; start = all.indexOf("<", at)) {
        const end = all.indexOf(">", start);
        if (end === -1) break;
        if (start > at) listener.text?.(all.slice(at, start));
        handleTag(all.slice(start + 1, end));
        at = end + 1;
      }
      rest = all.slice(at);
      if (rest.length > MAX_TAG_LENGTH) throw notAWorkbook();
    },
  };
}

/** The value of an attribute, or undefined. */
export function attributeOf(attributes: string, name: string): string | undefined {
  const start = attributes.indexOf(` ${name}="`);
  if (start === -1) return undefined;
  const from = start + name.length + 3;
  const end = attributes.indexOf('"', from);
  return end === -1 ? undefined : decodeXml(attributes.slice(from, end));
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export function decodeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/g,
    (_, hex, decimal, name) => {
      if (name) return ENTITIES[name] ?? "";
      const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "";
    },
  );
}
