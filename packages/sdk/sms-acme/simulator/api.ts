import type { IncomingMessage, ServerResponse } from "node:http";
import { writePage } from "./page.ts";
import type { Answer, Vendor } from "./vendor.ts";

const FAULT_ANSWERS: Record<"refuse" | "busy", Answer> = {
  refuse: { status: 404, body: { code: "unknown_recipient", message: "no such user" } },
  busy: {
    status: 429,
    body: { code: "too_many_requests", message: "too many requests" },
    headers: { "retry-after": "1" },
  },
};

/** The API is below `/v1`; a browser finds what arrived at `/`. */
export async function handle(
  vendor: Vendor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = `${request.method} ${new URL(request.url ?? "/", "http://localhost").pathname}`;
  if (route === "GET /") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(writePage(vendor.messages));
    return;
  }
  const body = await readBody(request);
  if (request.headers.authorization !== `Bearer ${vendor.apiKey}`) {
    reply(response, { status: 401, body: { code: "unauthorized", message: "wrong API key" } });
    return;
  }
  if (route === "GET /v1/account") return reply(response, { status: 200, body: { id: "account" } });
  if (route !== "POST /v1/messages")
    return reply(response, { status: 404, body: { message: "no such path" } });
  const fault = vendor.takeFault();
  if (fault === "drop") {
    request.socket.destroy();
    return;
  }
  const answer = fault === "refuse" || fault === "busy" ? FAULT_ANSWERS[fault] : vendor.take(parse(body));
  if (fault !== "hang") reply(response, answer);
}

function reply(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
