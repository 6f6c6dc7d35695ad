import type { MiddlewareHandler } from "hono";
import {
  type FieldProblem,
  invalidInput,
  malformedJson,
  payloadTooLarge,
  unsupportedMediaType,
} from "../errors.ts";
import type { AppEnv } from "./app-env.ts";

/** Largest JSON body, bytes. A request with 1,000 recipients and their variables stays well below. */
export const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Lets a request through only when its body is JSON of a bearable size whose texts PostgreSQL and vendors can
 * hold: no NUL, no half of a surrogate pair.
 */
export const guardBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method !== "GET" && c.req.method !== "HEAD") {
    c.set("body", parseBody(await readBody(c.req.raw), c.req.header("content-type")));
  }
  return next();
};

function readBody(request: Request): Promise<string> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  // The server holds a body to its declared length. Reading it in parts would first make a web stream of the
  // socket, which costs more than everything else about a small request.
  return declared === null ? readParts(request).then(decode) : request.arrayBuffer().then(decode);
}

function decode(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformedJson("The body is not valid UTF-8.");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a body of unknown length, and no more of it than is bearable. */
async function readParts(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    sizeBytes += part.byteLength;
    if (sizeBytes > MAX_BODY_BYTES) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const tooLarge = () => payloadTooLarge(`The body is larger than ${MAX_BODY_BYTES} bytes.`);

function parseBody(text: string, contentType: string | undefined): unknown {
  if (text === "") return undefined;
  if (contentType?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    throw unsupportedMediaType("Send the body as application/json.", {
      headers: { accept: "application/json" },
    });
  }
  const value = parse(text);
  const problem = findForbidden(text, value);
  if (problem) throw invalidInput(problem.detail, { errors: [problem] });
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformedJson(`The body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** What only an escape can bring into well-formed UTF-8 JSON: NUL, or half of a surrogate pair. */
const SUSPICIOUS_ESCAPE = /\\u(0000|d[89a-f])/i;

/** The first text that nobody downstream can hold, looked for without recursion. */
function findForbidden(text: string, root: unknown): FieldProblem | undefined {
  if (!SUSPICIOUS_ESCAPE.test(text)) return undefined;
  const stack: { value: unknown; pointer: string }[] = [{ value: root, pointer: "" }];
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { value, pointer } = item;
    if (typeof value === "string" && !isStorable(value)) return forbiddenText(pointer);
    if (value === null || typeof value !== "object") continue;
    for (const [key, child] of Object.entries(value)) {
      stack.push({ value: key, pointer });
      stack.push({ value: child, pointer: `${pointer}/${key.slice(0, 100)}` });
    }
  }
  return undefined;
}

const isStorable = (text: string) => !text.includes("\0") && text.isWellFormed();

const forbiddenText = (pointer: string): FieldProblem => ({
  pointer,
  detail: "The text contains a NUL character or half of a surrogate pair.",
  code: "forbidden_character",
});
