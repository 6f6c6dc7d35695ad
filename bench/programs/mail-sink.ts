import { createServer, type Socket } from "node:net";
import { answer, readSettings, tell } from "./parent.ts";

/**
 * A mail server that takes everything and counts mails and their recipients. Speaks SMTP over bare sockets, for the reason
 * that `bare-http.ts` gives. The bench asks `report` and `forget`.
 */
const { port } = readSettings<{ port: number }>();

const CONTENT_END = "\r\n.\r\n";
const ASK_FOR_CONTENT = "354 End with a dot\r\n";
const BYE = "221 Bye\r\n";

const recipients = new Set<string>();
let received = 0;

function follow(command: string): string {
  const verb = command.slice(0, 4).toUpperCase();
  if (verb === "EHLO") return "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n";
  if (verb === "DATA") return ASK_FOR_CONTENT;
  if (verb === "QUIT") return BYE;
  if (verb === "RCPT") recipients.add(command.slice(command.indexOf("<") + 1, command.indexOf(">")));
  return "250 OK\r\n";
}

function takeMail(): string {
  received++;
  return "250 OK: message queued\r\n";
}

function converse(socket: Socket): void {
  let pending = "";
  let isContent = false;
  /** The reply to the next command or content; undefined while that is not whole. */
  const nextReply = (): string | undefined => {
    const mark = isContent ? CONTENT_END : "\r\n";
    const end = pending.indexOf(mark);
    if (end === -1) return undefined;
    const reply = isContent ? takeMail() : follow(pending.slice(0, end));
    pending = pending.slice(end + mark.length);
    isContent = reply === ASK_FOR_CONTENT;
    return reply;
  };
  socket.setNoDelay(true).setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    pending += text;
    let replies = "";
    for (let reply = nextReply(); reply !== undefined; reply = nextReply()) replies += reply;
    if (replies !== "") socket.write(replies);
    if (replies.endsWith(BYE)) socket.end();
  });
  socket.write("220 sink ESMTP\r\n");
}

answer((question) => {
  if (question === "forget") {
    recipients.clear();
    received = 0;
  }
  return { received, distinct: recipients.size };
});

createServer(converse).listen(port, "127.0.0.1", () => tell({ ready: true }));
