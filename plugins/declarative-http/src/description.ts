import type { Json, PlannedRequest, Settings } from "@tidings/sdk/plugin";
import { parseJson } from "./json.ts";
import { readList } from "./text.ts";

const AUTH_KINDS = ["bearer", "basic", "header", "query", "signature"];

/** A channel's settings, read: how to call, and what the answers mean. */
export interface Description {
  method: PlannedRequest["method"];
  url: string;
  testUrl: string | undefined;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: { format: "json" | "form"; template: Json | undefined } | undefined;
  /** A scheme of the manifest. */
  auth: string | undefined;
  /** Points at the list in the body that has one entry for each message; undefined: a call for each message. */
  listAt: string | undefined;
  /** The most messages of one call. */
  callSize: number;
  idempotencyHeader: string | undefined;
  answer: AnswerDescription;
  receipts: ReceiptDescription;
}

/** Where things stand in an answer, and which values mean what. */
export interface AnswerDescription {
  successStatuses: string;
  successPointer: string | undefined;
  successValues: ReadonlySet<string>;
  /** Points at the list with a result for each message of the call, in their order. */
  resultsAt: string | undefined;
  messageId: string | undefined;
  code: string | undefined;
  detail: string | undefined;
  throttledStatuses: string;
  transientStatuses: string;
  throttledCodes: ReadonlySet<string>;
  transientCodes: ReadonlySet<string>;
  configCodes: ReadonlySet<string>;
}

export interface ReceiptDescription {
  listAt: string | undefined;
  id: string | undefined;
  idKind: "vendor" | "ref";
  address: string | undefined;
  status: string | undefined;
  time: string | undefined;
  code: string | undefined;
  delivered: ReadonlySet<string>;
  undelivered: ReadonlySet<string>;
  read: ReadonlySet<string>;
  reply: string;
}

/** Reads the settings; what was left empty has its default. */
export function describe(settings: Settings): Description {
  const text = (name: string) => (settings[name] === undefined ? undefined : String(settings[name]));
  const auth = text("auth");
  const listAt = text("listAt");
  return {
    method: (text("method") ?? "POST") as Description["method"],
    url: text("url") ?? "",
    testUrl: text("testUrl"),
    headers: readHeaders(text("headers") ?? ""),
    body: readBody(text("bodyFormat") ?? "json", text("body")),
    auth: auth !== undefined && AUTH_KINDS.includes(auth) ? auth : undefined,
    listAt,
    callSize: listAt === undefined ? 1 : Number(settings.callSize ?? 100),
    idempotencyHeader: text("idempotencyHeader")?.toLowerCase(),
    answer: readAnswer(text),
    receipts: readReceipts(text),
  };
}

type Read = (name: string) => string | undefined;

const readAnswer = (text: Read): AnswerDescription => ({
  successStatuses: text("successStatuses") ?? "200-299",
  successPointer: text("successPointer"),
  successValues: readList(text("successValues") ?? ""),
  resultsAt: text("resultsAt"),
  messageId: text("messageIdPointer"),
  code: text("codePointer"),
  detail: text("detailPointer"),
  throttledStatuses: text("throttledStatuses") ?? "429",
  transientStatuses: text("transientStatuses") ?? "",
  throttledCodes: readList(text("throttledCodes") ?? ""),
  transientCodes: readList(text("transientCodes") ?? ""),
  configCodes: readList(text("configCodes") ?? ""),
});

const readReceipts = (text: Read): ReceiptDescription => ({
  listAt: text("receiptsAt"),
  id: text("receiptIdPointer"),
  idKind: text("receiptIdKind") === "ref" ? "ref" : "vendor",
  address: text("receiptAddressPointer"),
  status: text("receiptStatusPointer"),
  time: text("receiptTimePointer"),
  code: text("receiptCodePointer"),
  delivered: readList(text("deliveredValues") ?? ""),
  undelivered: readList(text("undeliveredValues") ?? ""),
  read: readList(text("readValues") ?? ""),
  reply: text("receiptReply") ?? "ok",
});

function readHeaders(lines: string): Record<string, string> {
  const entries = lines.split("\n").flatMap((line): [string, string][] => {
    const colon = line.indexOf(":");
    return colon < 1 ? [] : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]];
  });
  return Object.fromEntries(entries);
}

function readBody(format: string, template: string | undefined): Description["body"] {
  if (format !== "json" && format !== "form") return undefined;
  return { format, template: template === undefined ? undefined : parseJson(template) };
}
