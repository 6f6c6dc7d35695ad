import type { schema } from "@tidings/db";
import { sha256 } from "../../platform/crypto/index.ts";
import { decodeAttribute, findHtmlPlaces, type Span } from "./html-links.rules.ts";
import {
  compileText,
  type Escape,
  type Insert,
  renderSegments,
  type Segment,
  type Values,
} from "./template-text.rules.ts";
import { findTextLinks, isTextUrl } from "./text-links.rules.ts";
import { UNSUBSCRIBE_VARIABLE } from "./variable.rules.ts";

/** What a template, or content without one, asks for: links that lead by us, a pixel in HTML that is asked of us. */
export type Tracking = schema.Tracking;

export const UNTRACKED: Tracking = { links: false, opens: false };

/** As it is kept: null where nothing is tracked. */
export const trackingOf = (asked: Tracking | undefined): Tracking | null =>
  asked && (asked.links || asked.opens) ? asked : null;

/** How the field's text is read: as its values are escaped. */
type Reading = "none" | "html";

/** Tells a link from the others of a message by what it says, so that no order of fields or links has to be kept. */
export const LINK_NAME_BYTES = 6;
/** The name of the pixel: no text has this hash. */
export const PIXEL_NAME = Buffer.alloc(LINK_NAME_BYTES);

export interface TrackedLink {
  name: Buffer;
  variables: string[];
  /** The URL as the reader's program would see it; undefined when with these values it is no URL that is followed. */
  urlFor(values: Values): string | undefined;
}

const HTML_URL = /^https?:\/\/[^\s\p{Cc}]+$/iu;
const asIs: Escape = (value) => value;

/** Splits a text at its variables, and at what is tracked in it. */
export function compileTracked(text: string, reading: Reading, tracking: Tracking): Segment[] {
  const { links, bodyEnd } = placesIn(text, reading);
  const marks = tracking.links
    ? links.map((span) => ({ ...span, insert: linkInsert(text, reading, span) }))
    : [];
  if (tracking.opens && reading === "html") marks.push({ start: bodyEnd, end: bodyEnd, insert: PIXEL });
  marks.sort((a, b) => a.start - b.start);
  let position = 0;
  const segments = marks.flatMap(({ start, end, insert }) => {
    if (!insert) return [];
    const before = compileText(text.slice(position, start));
    position = end;
    return before.map((segment) => (segment.variable === undefined ? { ...segment, insert } : segment));
  });
  return [...segments, ...compileText(text.slice(position))];
}

/** The link of this name in a text; undefined when there is none. */
export function findTrackedLink(text: string, reading: Reading, name: Uint8Array): TrackedLink | undefined {
  const span = placesIn(text, reading).links.find((link) => nameOf(text, reading, link).equals(name));
  return span && readLink(text, reading, span);
}

function placesIn(text: string, reading: Reading) {
  return reading === "html" ? findHtmlPlaces(text) : { links: findTextLinks(text), bodyEnd: text.length };
}

function nameOf(text: string, reading: Reading, { start, end }: Span): Buffer {
  return sha256(`${reading} ${text.slice(start, end)}`).subarray(0, LINK_NAME_BYTES);
}

function readLink(text: string, reading: Reading, span: Span): TrackedLink | undefined {
  const written = compileText(text.slice(span.start, span.end));
  const url = reading === "html" ? decoded(written) : written;
  if (!url) return undefined;
  const isUrl = reading === "html" ? (rendered: string) => HTML_URL.test(rendered) : isTextUrl;
  return {
    name: nameOf(text, reading, span),
    variables: written.flatMap(({ variable }) => variable ?? []),
    urlFor(values) {
      const rendered = renderSegments(url, values, asIs);
      return isUrl(rendered) ? rendered : undefined;
    },
  };
}

/** A reference that a value may complete is not one that can be read now. */
const OPEN_REFERENCE = /&[#A-Za-z0-9]*$/;

function decoded(written: readonly Segment[]): Segment[] | undefined {
  const url: Segment[] = [];
  for (const { literal, variable } of written) {
    const text = decodeAttribute(literal);
    if (text === undefined || (variable !== undefined && OPEN_REFERENCE.test(literal))) return undefined;
    url.push({ literal: text, variable });
  }
  return url;
}

/** A link that cannot be followed by us, for any reason, goes out as it was written. */
function linkInsert(text: string, reading: Reading, span: Span): Insert | undefined {
  const link = readLink(text, reading, span);
  // Unsubscribing is no interest in what was said.
  if (!link || link.variables.includes(UNSUBSCRIBE_VARIABLE)) return undefined;
  const written = compileText(text.slice(span.start, span.end));
  return {
    variables: link.variables,
    render(values, fit, addressOf) {
      const address = link.urlFor(values) === undefined ? undefined : addressOf?.(link, values);
      return address === undefined ? renderSegments(written, values, fit) : fit(address);
    },
  };
}

const PIXEL: Insert = {
  variables: [],
  render(values, fit, addressOf) {
    const address = addressOf?.({ name: PIXEL_NAME, variables: [] }, values);
    if (address === undefined) return "";
    return `<img src="${fit(address)}" width="1" height="1" alt="" style="border:0">`;
  },
};
