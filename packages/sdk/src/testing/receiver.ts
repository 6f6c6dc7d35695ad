import { createServer, type IncomingMessage } from "node:http";
import type { ReceiptOutput } from "../plugin/index.ts";
import { listen } from "./simulator/server.ts";

export interface ReceivedPush {
  method: string;
  query: Record<string, string>;
  body: string;
}

/** An address that takes a simulator's pushes. */
export interface Receiver {
  url: string;
  /** What came, in its order, refused or not. */
  pushes: ReceivedPush[];
  close(): Promise<void>;
}

/**
 * Stands for the host's address for receipts in a test of a simulator.
 *
 * @param answer what a push is answered with, such as the `reply` of `parseReceipt`
 */
export async function startReceiver(
  answer: (push: ReceivedPush) => Partial<ReceiptOutput["reply"]>,
): Promise<Receiver> {
  const pushes: ReceivedPush[] = [];
  const server = createServer(async (request, response) => {
    const push = await readPush(request);
    pushes.push(push);
    const { status = 200, headers, body } = answer(push);
    response.writeHead(status, headers).end(body);
  });
  const { origin, close } = await listen(server);
  return { url: `${origin}/receipts`, pushes, close };
}

async function readPush(request: IncomingMessage): Promise<ReceivedPush> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { searchParams } = new URL(request.url ?? "/", "http://localhost");
  return {
    method: request.method ?? "",
    query: Object.fromEntries(searchParams),
    body: Buffer.concat(chunks).toString(),
  };
}
