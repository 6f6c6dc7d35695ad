import { isIP } from "node:net";
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { SmtpSettings } from "./settings.ts";
import { SmtpFailure } from "./smtp-failure.ts";

export interface SmtpSessionOptions {
  settings: SmtpSettings;
  timeoutMs: number;
  resolve(host: string, port: number): Promise<string>;
}

export interface Envelope {
  from: string;
  to: string;
}

/** One authenticated connection, which carries one mail at a time. */
export class SmtpSession {
  readonly #connection: SMTPConnection;
  #alive = true;
  #mailCount = 0;

  private constructor(connection: SMTPConnection) {
    this.#connection = connection;
    // Without a listener a fault on an idle connection would end the process.
    connection.on("error", () => this.#die());
    connection.on("end", () => this.#die());
  }

  /** Resolves, dials, greets, secures and logs in; throws SmtpFailure. */
  static async open(options: SmtpSessionOptions): Promise<SmtpSession> {
    const { settings, resolve } = options;
    const address = await resolve(settings.host, settings.port).catch((error) => {
      throw SmtpFailure.atResolve(error);
    });
    const connection = new SMTPConnection(connectionOptions(options, address));
    const session = new SmtpSession(connection);
    try {
      await step(connection, (done) => connection.connect(done));
      const { credentials } = settings;
      if (credentials) await step(connection, (done) => connection.login({ credentials }, done));
    } catch (error) {
      connection.close();
      throw SmtpFailure.atOpening(error);
    }
    return session;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get mailCount(): number {
    return this.#mailCount;
  }

  /** Sends one mail to one recipient and answers the server's id of it, if it names one; throws SmtpFailure. */
  send(envelope: Envelope, raw: Buffer): Promise<string | undefined> {
    this.#mailCount += 1;
    let contentStarted = false;
    // Public in spite of its name; of TLS, where that has been agreed on.
    const socket = this.#connection._socket || undefined;
    // The connection pulls the content when the server has asked for it, which marks the point of no return.
    const content = new Readable({
      read() {
        contentStarted = true;
        // The content and the line that ends it come one after the other in this turn and leave together.
        socket?.cork();
        setImmediate(() => socket?.uncork());
        this.push(raw);
        this.push(null);
      },
    });
    return new Promise((done, fail) => {
      const { from, to } = envelope;
      this.#connection.send({ from, to: [to], size: raw.length }, content, (error, info) => {
        if (error) fail(SmtpFailure.atSending(error, contentStarted));
        else done(info?.serverMessageId);
      });
    });
  }

  /** Brings the session back after a mail that was refused half way. */
  reset(): Promise<void> {
    return step(this.#connection, (done) => this.#connection.reset(done));
  }

  /** Says goodbye; the connection is not used after that. */
  quit(): void {
    if (this.#alive) this.#connection.quit();
    this.#die();
  }

  #die(): void {
    this.#alive = false;
  }
}

function connectionOptions({ settings, timeoutMs }: SmtpSessionOptions, address: string) {
  return {
    // The address that was checked is the one that is dialled; the certificate has to name the host.
    host: address,
    ...(isIP(settings.host) === 0 && { servername: settings.host }),
    port: settings.port,
    secure: settings.encryption === "tls",
    requireTLS: settings.encryption === "starttls",
    ignoreTLS: settings.encryption === "none",
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 1000,
    tls: { minVersion: "TLSv1.2" as const },
  };
}

/** Runs one step of the dialogue; a connection that ends meanwhile fails it, since no callback would come. */
function step(
  connection: SMTPConnection,
  start: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => {
      connection.off("error", done);
      connection.off("end", onEnd);
      if (error) reject(error);
      else resolve();
    };
    const onEnd = () => done(new Error("The connection was closed"));
    connection.once("error", done);
    connection.once("end", onEnd);
    start(done);
  });
}
