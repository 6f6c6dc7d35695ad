import { isRecord, parseJson, readXml, type XmlElement } from "@tidings/sdk/plugin";

type Fields = Record<string, string>;

/** What a push says: its own fields, and those of each entry in its list. */
export interface Push {
  fields: Fields;
  entries: Fields[];
}

const MAX_ENTRIES = 100;

/** Reads a push in either form that the account may choose; undefined if it is neither. */
export function readPush(body: string): Push | undefined {
  const push = body.trimStart().startsWith("{") ? readJson(body) : fromElement(readXml(body));
  return push && push.fields.MsgType !== undefined ? push : undefined;
}

/** In XML the list stands in an element that is named after the event. */
function fromElement(root: XmlElement | undefined): Push | undefined {
  if (!root) return undefined;
  const lists = [root, ...root.children].flatMap(({ children }) =>
    children.filter(({ name }) => name === "List"),
  );
  return { fields: textsOf(root), entries: lists.slice(0, MAX_ENTRIES).map(textsOf) };
}

const textsOf = ({ children }: XmlElement): Fields =>
  Object.fromEntries(
    children.filter((child) => child.children.length === 0).map(({ name, text }) => [name, text.trim()]),
  );

/** In JSON the list stands in the push itself, and a list of one is often the one alone. */
function readJson(body: string): Push | undefined {
  // Integers of 64 bits: as numbers they would lose their end.
  const push = parseJson(body.replace(/("(?:MsgID|MsgId)"\s*:\s*)(\d{1,20})/g, '$1"$2"'));
  if (!isRecord(push)) return undefined;
  const nested = Object.values(push).filter(isRecord);
  const list = [push, ...nested].map(({ List }) => List).find((value) => value !== undefined);
  const entries = (Array.isArray(list) ? list : [list]).filter(isRecord);
  return { fields: scalarsOf(push), entries: entries.slice(0, MAX_ENTRIES).map(scalarsOf) };
}

function scalarsOf(value: Record<string, unknown>): Fields {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => typeof field === "string" || typeof field === "number")
      .map(([name, field]) => [name, String(field).trim()]),
  );
}
