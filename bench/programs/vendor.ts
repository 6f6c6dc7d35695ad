import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { answer, readSettings, tell } from "./parent.ts";

/**
 * A vendor: takes a batch of messages as JSON, answers an id for each, and counts the refs it has seen. The bench
 * asks `report` and `forget`.
 */
const { port, latencyMs } = readSettings<{ port: number; latencyMs: number }>();

const refs = new Set<string>();
let received = 0;
let calls = 0;

interface Batch {
  messages: { ref: string; to: string; title: string; text: string }[];
}

function take(body: string): string {
  const { messages } = JSON.parse(body) as Batch;
  calls++;
  received += messages.length;
  const results = messages.map(({ ref, to, text }, index) => {
    refs.add(ref);
    return { ref, ok: to !== "" && text !== "", id: `${calls}-${index}` };
  });
  return JSON.stringify({ batchId: `batch-${calls}`, results });
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", async () => {
    const body = take(Buffer.concat(parts).toString("utf8"));
    if (latencyMs > 0) await delay(latencyMs);
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});

answer((question) => {
  if (question === "forget") {
    refs.clear();
    received = 0;
  }
  return { received, distinct: refs.size, calls };
});

server.listen(port, "127.0.0.1", () => tell({ ready: true }));
