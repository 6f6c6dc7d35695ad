import type { Json } from "@tidings/sdk/plugin";
import type { Description } from "./description.ts";
import { valueAt, withValueAt } from "./json.ts";
import { asText, fillJson, fillText, Unfillable, type Values } from "./template.ts";

/** What one message makes of the templates. */
export interface FilledCall {
  url: string;
  headers: Record<string, string>;
  /** With an empty list where each message has an entry. */
  body: Json | undefined;
  /** The message's own entry of that list. */
  entry: Json | undefined;
}

const CONTENT_TYPES = { json: "application/json", form: "application/x-www-form-urlencoded" };

/** Makes what fills a call with the values of a message, and throws Unfillable where it cannot. */
export function prepareCall(description: Description): (values: Values) => FilledCall {
  const { body, listAt } = description;
  const template = body?.template;
  const [entry] = listAt === undefined ? [] : (valueAt(template, listAt) as Json[]);
  const frame =
    listAt === undefined || template === undefined ? template : withValueAt(template, listAt, () => []);
  return (values) => ({
    url: fillUrl(description.url, values),
    headers: fillHeaders(description, values),
    body: frame === undefined ? undefined : fillJson(frame, values),
    entry: entry === undefined ? undefined : fillJson(entry, values),
  });
}

/** The body as it goes out, for one message or for those whose calls are alike. */
export function writeBody({ body, listAt }: Description, calls: readonly FilledCall[]): string | undefined {
  const [first] = calls;
  if (!body || first?.body === undefined) return undefined;
  if (body.format === "form") return writeForm(first.body);
  const entries = calls.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  return JSON.stringify(listAt === undefined ? first.body : withValueAt(first.body, listAt, () => entries));
}

function writeForm(body: Json): string {
  const fields = Object.entries(body as Record<string, Json>);
  return new URLSearchParams(
    fields.map(([name, value]): [string, string] => [name, asText(value)]),
  ).toString();
}

function fillHeaders({ body, headers }: Description, values: Values): Record<string, string> {
  const type = body ? { "content-type": CONTENT_TYPES[body.format] } : {};
  const filled = Object.entries(headers).map(([name, value]) => [name, fillText(value, values)]);
  return { ...type, ...Object.fromEntries(filled) };
}

function fillUrl(template: string, values: Values): string {
  const url = fillText(template, values, (value) => encodeURIComponent(value.toWellFormed()));
  const path = pathOf(template);
  // A value of dots is a step up in a path, encoded or not: the call would go to another address.
  if (path.includes("{{") && segmentsOf(new URL(url).pathname) !== segmentsOf(path)) {
    throw new Unfillable("unsafe_url", "A value would change the path of the URL.");
  }
  return url;
}

const pathOf = (template: string) => /^https?:\/\/[^/?]*([^?]*)/.exec(template)?.[1] || "/";
const segmentsOf = (path: string) => path.split("/").length;
