import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import type { Readable } from "node:stream";
import { FaultPlan, type SimulatorFault } from "@tidings/sdk/testing";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import type { Mailbox, ReceivedMail } from "./mailbox.ts";

export interface MailServerOptions {
  host: string;
  port: number;
  credentials: { username: string; password: string };
  mailbox: Mailbox;
  /** Hears of every mail that was taken. */
  onTaken(mail: ReceivedMail, raw: Buffer, from: string): void;
  /** Offers TLS with a certificate that nobody trusts. */
  tls: "none" | "starttls" | "tls";
}

export interface MailServer {
  port: number;
  misbehave(fault: SimulatorFault, count: number): void;
  close(): Promise<void>;
}

/** Mailboxes that refuse by their name, whatever the domain. */
const REFUSING_MAILBOXES = new Map([
  ["bounce", { code: 550, message: "5.1.1 No such mailbox" }],
  ["refused", { code: 550, message: "5.7.1 Not accepted here" }],
  ["full", { code: 452, message: "4.2.2 Mailbox full" }],
  ["defer", { code: 450, message: "4.2.0 Greylisted, try again later" }],
]);
const SPAM_MAILBOX = "spam";

type Callback = (error?: Error | null) => void;

/** An SMTP server that keeps every mail and misbehaves when told to, one mail per ordered fault. */
export async function startMailServer(options: MailServerOptions): Promise<MailServer> {
  const plan = new FaultPlan();
  const faults = new SessionFaults(plan);
  const server = new SMTPServer({
    secure: options.tls === "tls",
    disabledCommands: options.tls === "starttls" ? [] : ["STARTTLS"],
    allowInsecureAuth: true,
    authMethods: ["PLAIN", "LOGIN"],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) => {
      const { credentials } = options;
      const known = username === credentials.username && password === credentials.password;
      done(known ? null : replyError(535, "5.7.8 Authentication credentials invalid"), { user: username });
    },
    onMailFrom: (_address, session, done) => faults.begin(session, done),
    onRcptTo: ({ address }, session, done) => {
      const refusal = REFUSING_MAILBOXES.get(mailboxOf(address));
      if (faults.of(session) === "refuse") done(replyError(550, "5.7.1 Refused by the simulator"));
      else done(refusal ? replyError(refusal.code, refusal.message) : null);
    },
    onData: (stream, session, done) => void takeMail(options, faults, stream, session, done),
  });
  // A client that goes away mid-sentence is an everyday event here.
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => faults.watch(socket));
  server.listen(options.port, options.host);
  await once(server.server, "listening");
  return {
    port: (server.server.address() as AddressInfo).port,
    misbehave: (fault, count) => plan.order(fault, count),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function takeMail(
  { mailbox, onTaken }: MailServerOptions,
  faults: SessionFaults,
  stream: Readable,
  session: SMTPServerSession,
  done: Callback,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const recipients = session.envelope.rcptTo.map(({ address }) => address);
  if (recipients.some((address) => mailboxOf(address) === SPAM_MAILBOX)) {
    done(replyError(554, "5.7.1 Message looks like spam"));
    return;
  }
  const raw = Buffer.concat(chunks);
  const { mailFrom } = session.envelope;
  for (const address of recipients) {
    onTaken(await mailbox.take(raw, address), raw, mailFrom ? mailFrom.address : "");
  }
  if (faults.of(session) !== "hang") done();
}

/** The name before the `@`. */
export function mailboxOf(address: string): string {
  return address.slice(0, address.lastIndexOf("@")).toLowerCase();
}

function replyError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** Ordered faults; a mail takes one at MAIL FROM and keeps it to its end. */
class SessionFaults {
  readonly #plan: FaultPlan;
  readonly #sockets = new Map<number, Socket>();
  readonly #current = new Map<string, SimulatorFault | undefined>();

  constructor(plan: FaultPlan) {
    this.#plan = plan;
  }

  watch(socket: Socket): void {
    const port = socket.remotePort;
    if (port === undefined) return;
    this.#sockets.set(port, socket);
    socket.once("close", () => this.#sockets.delete(port));
  }

  begin(session: SMTPServerSession, done: Callback): void {
    const fault = this.#plan.take();
    this.#current.set(session.id, fault);
    if (fault === "drop") this.#sockets.get(session.remotePort)?.destroy();
    else if (fault === "busy") done(replyError(451, "4.3.2 Please try again later"));
    else done();
  }

  of(session: SMTPServerSession): SimulatorFault | undefined {
    return this.#current.get(session.id);
  }
}
