import { createServer, type Server, type Socket } from "node:net";

/** What to answer a request with: the JSON of a 200. */
export type Respond = (body: string) => string | Promise<string>;

const HEAD_END = "\r\n\r\n";

/**
 * HTTP/1.1 over bare sockets: POSTs that give their length, one at a time on a connection, which is kept open. The sinks of
 * the bench share the cores with the server, so every microsecond they take is one that the server lacks, while a plain
 * loop leaves them a core of their own.
 */
export function createBareServer(respond: Respond): Server {
  return createServer((socket) => converse(socket, respond));
}

function converse(socket: Socket, respond: Respond): void {
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** Before there are as many, there is no whole request. */
  let neededBytes = 0;
  socket.setNoDelay(true);
  // Clients that are killed, or that give up, are part of what is measured.
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes < neededBytes) return;
    const whole = held.length === 1 ? bytes : Buffer.concat(held);
    const request = readRequest(whole);
    held = [whole];
    neededBytes = request?.endsAt ?? 0;
    if (!request || heldBytes < neededBytes) return;
    held = [];
    heldBytes = 0;
    neededBytes = 0;
    void answer(socket, respond, whole.toString("utf8", request.startsAt, request.endsAt));
  });
}

/** Where the body of a request lies; undefined while the head is not whole. */
function readRequest(bytes: Buffer): { startsAt: number; endsAt: number } | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const head = bytes.toString("latin1", 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (!head.startsWith("POST ") || length === undefined)
    throw new Error(`not a POST with its length: ${head}`);
  const startsAt = headEnd + HEAD_END.length;
  return { startsAt, endsAt: startsAt + Number(length) };
}

async function answer(socket: Socket, respond: Respond, body: string): Promise<void> {
  const said = respond(body);
  const json = typeof said === "string" ? said : await said;
  const length = Buffer.byteLength(json);
  socket.write(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}${HEAD_END}${json}`,
  );
}
