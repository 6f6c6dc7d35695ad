import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedPush {
  method: string;
  query: Record<string, string>;
  body: string;
}

/** An address that takes pushes: the test says with which status, and what is answered to the vendor's question. */
export interface Receiver {
  url: string;
  pushes: ReceivedPush[];
  /** Read at each push. */
  answer: { status: number; body?: string };
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const pushes: ReceivedPush[] = [];
  const answer: Receiver["answer"] = { status: 200 };
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    const query = Object.fromEntries(searchParams);
    pushes.push({ method: request.method ?? "", query, body: Buffer.concat(chunks).toString() });
    response.writeHead(answer.status).end(answer.body ?? query.echostr ?? "success");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/receipts`,
    pushes,
    answer,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
