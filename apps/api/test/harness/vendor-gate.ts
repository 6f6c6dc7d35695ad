import { once } from "node:events";
import { createServer, request as forwardTo, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of a call: done and answered, done without an answer, or neither. */
export type Verdict = "pass" | "swallow" | "withhold";

/** Stands before a vendor and decides which calls it gets, and which answers come back. */
export interface VendorGate {
  endpoint: string;
  /** Decides about calls that come from now on. */
  decide(judge: (call: { url: string }) => Verdict): void;
  /** Calls whose answer never came, and never will. */
  held(): number;
  close(): Promise<void>;
}

/** Headers go through as they are: the caller has signed them. */
export async function openGate(vendor: { hostname: string; port: string }): Promise<VendorGate> {
  let judge: (call: { url: string }) => Verdict = () => "pass";
  let held = 0;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { url = "/", method = "GET", headers } = incoming;
    const verdict = judge({ url });
    if (verdict !== "pass") held++;
    if (verdict === "withhold") return;
    const { hostname: host, port } = vendor;
    const call = forwardTo({ host, port, path: url, method, headers, maxHeaderSize: MAX_HEADER_BYTES });
    call.end(Buffer.concat(chunks));
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    if (verdict === "swallow") return void answer.resume();
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  }

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: (next) => {
      judge = next;
    },
    held: () => held,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The SMS vendor takes up to 1,000 numbers in the query. */
const MAX_HEADER_BYTES = 64 * 1024;
