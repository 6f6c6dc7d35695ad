import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { ReturnedMail, ReturnsBox } from "./returns-box.ts";

export interface ImapServerOptions {
  host: string;
  port: number;
  credentials: { username: string; password: string };
  box: ReturnsBox;
}

const CAPABILITIES = "IMAP4rev1 ID";
const UID_VALIDITY = 1;
const INBOX = /^"?inbox"?$/i;

/**
 * As much of an IMAP server as a program needs that reads one mailbox: a login, INBOX, searching by UID and date, fetching
 * headers and sources, flags. Whatever else is asked is answered BAD.
 */
export async function startImapServer(options: ImapServerOptions) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that goes away mid-sentence is an everyday event here.
    socket.on("error", () => {});
    serve(socket, options);
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(socket: Socket, options: ImapServerOptions): void {
  const write = (line: string | Buffer) => socket.write(line);
  const session = new Session(options, write);
  write(`* OK [CAPABILITY ${CAPABILITIES}] Simulator ready\r\n`);
  createInterface({ input: socket }).on("line", (line) => {
    const [, tag = "*", text = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
    write(`${tag} ${session.carryOut(text)}\r\n`);
    if (/^logout$/i.test(text)) socket.end();
  });
}

class Session {
  readonly #options: ImapServerOptions;
  readonly #write: (line: string | Buffer) => void;
  #isLoggedIn = false;
  #isOpen = false;

  constructor(options: ImapServerOptions, write: (line: string | Buffer) => void) {
    this.#options = options;
    this.#write = write;
  }

  /** Writes what a command asks for, and answers how it ended. */
  carryOut(text: string): string {
    const [, name = "", rest = ""] = /^((?:UID )?\S+) ?(.*)$/i.exec(text) ?? [];
    const command = name.toUpperCase();
    const answer = this.#greet(command, rest);
    if (answer) return answer;
    if (!this.#isLoggedIn) return "BAD Log in first";
    if (command === "LIST") return this.#say('* LIST () "/" INBOX\r\n');
    if (command === "SELECT" || command === "EXAMINE") return this.#select(rest);
    if (!this.#isOpen) return "BAD Select a mailbox first";
    if (command === "UID SEARCH") return this.#search(rest);
    if (command === "UID FETCH") return this.#fetch(rest);
    return command === "UID STORE" ? this.#store(rest) : "BAD Unknown command";
  }

  #greet(command: string, rest: string): string | undefined {
    switch (command) {
      case "CAPABILITY":
        return this.#say(`* CAPABILITY ${CAPABILITIES}\r\n`);
      case "ID":
        return this.#say('* ID ("name" "Tidings simulator")\r\n');
      case "NOOP":
        return "OK Done";
      case "LOGOUT":
        return this.#say("* BYE See you\r\n");
      case "LOGIN": {
        const { username, password } = this.#options.credentials;
        this.#isLoggedIn = rest.replaceAll('"', "") === `${username} ${password}`;
        return this.#isLoggedIn ? "OK Logged in" : "NO [AUTHENTICATIONFAILED] Credentials invalid";
      }
      default:
        return undefined;
    }
  }

  #say(line: string | Buffer): string {
    this.#write(line);
    return "OK Done";
  }

  #select(name: string): string {
    if (!INBOX.test(name.trim())) return "NO There is no such mailbox";
    const { mails, nextUid } = this.#options.box;
    this.#isOpen = true;
    this.#write(`* ${mails.length} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen \\Deleted)\r\n`);
    this.#write(`* OK [UIDVALIDITY ${UID_VALIDITY}] Valid\r\n* OK [UIDNEXT ${nextUid}] Next\r\n`);
    return "OK [READ-WRITE] Selected";
  }

  #search(criteria: string): string {
    const range = /\bUID (\S+)/i.exec(criteria)?.[1] ?? "1:*";
    const since = Date.parse(/\bSINCE "?([\w-]+)"?/i.exec(criteria)?.[1] ?? "1-Jan-1970");
    const found = this.#within(range).filter(({ at }) => at >= since);
    return this.#say(`* SEARCH${found.map(({ uid }) => ` ${uid}`).join("")}\r\n`);
  }

  #fetch(rest: string): string {
    const [, range = "", items = ""] = /^(\S+) (.*)$/.exec(rest) ?? [];
    const fields = /HEADER\.FIELDS \(([^)]*)\)/i.exec(items)?.[1];
    const most = Number(/<\d+\.(\d+)>/.exec(items)?.[1] ?? Number.MAX_SAFE_INTEGER);
    for (const mail of this.#within(range)) {
      const body = fields === undefined ? mail.raw.subarray(0, most) : pickHeaders(mail.raw, fields);
      const section = fields === undefined ? "BODY[]<0>" : `BODY[HEADER.FIELDS (${fields})]`;
      const number = this.#options.box.mails.indexOf(mail) + 1;
      this.#write(`* ${number} FETCH (UID ${mail.uid} ${section} {${body.length}}\r\n`);
      this.#write(body);
      this.#write(")\r\n");
    }
    return "OK Done";
  }

  #store(rest: string): string {
    const [, range = "", what = ""] = /^(\S+) (.*)$/.exec(rest) ?? [];
    if (!/^\+FLAGS(?:\.SILENT)? \(\\Seen\)$/i.test(what)) return "BAD Only \\Seen can be set here";
    for (const mail of this.#within(range)) mail.isSeen = true;
    return "OK Done";
  }

  /** In a range, `*` is the newest, and the ends may stand in either order. */
  #within(range: string): ReturnedMail[] {
    const { mails } = this.#options.box;
    const newest = mails.at(-1)?.uid ?? 0;
    const spans = range.split(",").map((span) => {
      const [from = 0, to = from] = span.split(":").map((end) => (end === "*" ? newest : Number(end)));
      return [Math.min(from, to), Math.max(from, to)] as const;
    });
    return mails.filter(({ uid }) => spans.some(([from, to]) => uid >= from && uid <= to));
  }
}

function pickHeaders(raw: Buffer, fields: string): Buffer {
  const wanted = new Set(fields.toLowerCase().replaceAll('"', "").split(" "));
  const head = raw.toString("latin1").split("\r\n\r\n")[0] ?? "";
  const picked = head
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n")
    .filter((line) => wanted.has((line.split(":")[0] ?? "").toLowerCase()));
  return Buffer.from(`${picked.join("\r\n")}\r\n\r\n`, "latin1");
}
