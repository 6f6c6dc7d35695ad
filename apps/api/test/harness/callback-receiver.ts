import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedCallback {
  path: string;
  headers: IncomingHttpHeaders;
  /** As it came. */
  text: string;
  body: { type: string; timestamp: string; data: { events: { id: string; type: string }[] } };
}

type AnswerCallback = (response: ServerResponse, call: ReceivedCallback) => void;

/** A source's own system, which is told what became of its deliveries. Each path is an endpoint for itself. */
export interface CallbackReceiver {
  url: string;
  /** `host:port`, as it stands in `allowedEndpoints`. */
  endpoint: string;
  /** What came to a path, in order. */
  callsTo(path: string): ReceivedCallback[];
  /** How a path answers from now on; 204 unless told. */
  answer(path: string, answer: number | AnswerCallback): void;
  close(): Promise<void>;
}

export async function startCallbackReceiver(): Promise<CallbackReceiver> {
  const calls: ReceivedCallback[] = [];
  const answers = new Map<string, number | AnswerCallback>();
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const call = { path: request.url ?? "", headers: request.headers, text, body: JSON.parse(text) };
      calls.push(call);
      const answer = answers.get(call.path) ?? 204;
      if (typeof answer === "number") response.writeHead(answer).end();
      else answer(response, call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    endpoint: `127.0.0.1:${port}`,
    callsTo: (path) => calls.filter((call) => call.path === path),
    answer: (path, answer) => void answers.set(path, answer),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
