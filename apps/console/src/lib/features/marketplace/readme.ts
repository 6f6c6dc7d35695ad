/**
 * A stranger's README, read into plain parts. Nothing of it becomes markup: what this reader does not know, HTML for
 * example, stays the text that it is.
 */
export type ReadmeBlock =
  | { kind: "heading"; level: number; text: ReadmeText }
  | { kind: "paragraph"; text: ReadmeText }
  | { kind: "list"; ordered: boolean; items: ReadmeText[] }
  | { kind: "code"; text: string }
  | { kind: "table"; head: ReadmeText[]; rows: ReadmeText[][] };

export type ReadmeText = ReadmePart[];

export interface ReadmePart {
  text: string;
  style?: "code" | "strong";
  /** Only to the web. */
  href?: string;
}

/** Characters that are shown of it. */
export const MAX_README_LENGTH = 50_000;

const HEADING = /^(#{1,6})\s+(.*)$/;
const ITEM = /^\s{0,3}([-*+]|\d{1,9}[.)])\s+(.*)$/;
const FENCE = /^\s{0,3}(```|~~~)/;
const RULE = /^[\s:|-]+$/;

export function readReadme(markdown: string): ReadmeBlock[] {
  const lines = markdown.slice(0, MAX_README_LENGTH).split(/\r?\n/);
  const blocks: ReadmeBlock[] = [];
  for (let at = 0; at < lines.length; ) {
    const taken = readBlock(lines, at);
    if (taken.block) blocks.push(taken.block);
    at = taken.next;
  }
  return blocks;
}

interface Taken {
  block?: ReadmeBlock;
  /** The line that comes after it. */
  next: number;
}

function readBlock(lines: string[], at: number): Taken {
  const line = lines[at] ?? "";
  if (line.trim() === "") return { next: at + 1 };
  if (FENCE.test(line)) return readCode(lines, at);
  const heading = HEADING.exec(line);
  if (heading) {
    const [, marks = "", text = ""] = heading;
    return { block: { kind: "heading", level: marks.length, text: readText(text) }, next: at + 1 };
  }
  if (isTable(lines, at)) return readTable(lines, at);
  return ITEM.test(line) ? readList(lines, at) : readParagraph(lines, at);
}

/** The first line from a place on of which something holds, or the end. */
function findLine(lines: string[], from: number, holds: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && !holds(lines[at] ?? "")) at += 1;
  return at;
}

function readCode(lines: string[], at: number): Taken {
  const fence = FENCE.exec(lines[at] ?? "")?.[1] ?? "```";
  const end = findLine(lines, at + 1, (line) => line.trim().startsWith(fence));
  return { block: { kind: "code", text: lines.slice(at + 1, end).join("\n") }, next: end + 1 };
}

function isTable(lines: string[], at: number): boolean {
  const [head = "", rule = ""] = lines.slice(at, at + 2).map((line) => line.trim());
  return head.startsWith("|") && rule.includes("-") && RULE.test(rule);
}

function readTable(lines: string[], at: number): Taken {
  const next = findLine(lines, at + 2, (line) => !line.trim().startsWith("|"));
  const head = readRow(lines[at] ?? "");
  return { block: { kind: "table", head, rows: lines.slice(at + 2, next).map(readRow) }, next };
}

const readRow = (line: string): ReadmeText[] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => readText(cell.trim()));

function readList(lines: string[], at: number): Taken {
  const items: string[] = [];
  let next = at;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? "";
    const item = ITEM.exec(line);
    if (item) items.push(item[2] ?? "");
    else if (/^\s+\S/.test(line)) items.push(`${items.pop()} ${line.trim()}`);
    else break;
  }
  const ordered = /^\s*\d/.test(lines[at] ?? "");
  return { block: { kind: "list", ordered, items: items.map(readText) }, next };
}

function readParagraph(lines: string[], at: number): Taken {
  const next = findLine(
    lines,
    at + 1,
    (line) => line.trim() === "" || [HEADING, ITEM, FENCE, /^\s*\|/].some((start) => start.test(line)),
  );
  const text = lines.slice(at, next).map((line) => line.trim());
  return { block: { kind: "paragraph", text: readText(text.join(" ")) }, next };
}

// Bounded, so that a text made of brackets alone is not gone through again and again.
const PART = /`([^`]+)`|\*\*([^*]+)\*\*|!?\[([^\][]{0,500})\]\(([^()\s]{1,2000})\)/g;

/** Code, bold words and links; all else is text. */
function readText(text: string): ReadmeText {
  const parts: ReadmeText = [];
  let end = 0;
  for (const found of text.matchAll(PART)) {
    if (found.index > end) parts.push({ text: text.slice(end, found.index) });
    parts.push(partOf(found));
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

function partOf([whole, code, strong, label = "", href = ""]: RegExpExecArray): ReadmePart {
  if (code !== undefined) return { text: code, style: "code" };
  if (strong !== undefined) return { text: strong, style: "strong" };
  // Of a picture its description is left.
  const isLink = !whole.startsWith("!") && /^https?:\/\//i.test(href);
  return isLink ? { text: label || href, href } : { text: label };
}
