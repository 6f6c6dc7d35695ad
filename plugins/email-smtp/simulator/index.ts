import { randomBytes } from "node:crypto";
import { createAdaptorServer } from "@hono/node-server";
import { listen, Pushes, type SimulatorOptions } from "@tidings/sdk/testing";
import type { EmailSimulator } from "./email-simulator.ts";
import { startImapServer } from "./imap-server.ts";
import { type MailServerOptions, mailboxOf, startMailServer } from "./mail-server.ts";
import { Mailbox, type ReceivedMail } from "./mailbox.ts";
import { LATE_MAILBOXES, writeNotice } from "./notice.ts";
import { openPage } from "./page.ts";
import { ReturnsBox } from "./returns-box.ts";

export { demo } from "./demo.ts";
export type { EmailSimulator } from "./email-simulator.ts";

const HOST = "127.0.0.1";
const NOTICE_DELAY_MS = 300;

export interface EmailSimulatorOptions extends SimulatorOptions {
  /** Port of the SMTP server, by default a free one; `port` is the page's. */
  smtpPort?: number;
  /** Default `none`; the certificate of the others is one that nobody trusts. */
  tls?: MailServerOptions["tls"];
}

/**
 * Starts a mail server that keeps what it gets, a page to read it on, and the sender's own mailbox, which is told later of
 * some mails.
 */
export async function startSimulator(options: EmailSimulatorOptions = {}): Promise<EmailSimulator> {
  const mailbox = new Mailbox();
  const returnsBox = new ReturnsBox();
  const later = new Pushes({ retryDelaysMs: [] });
  const credentials = { username: "simulator", password: randomBytes(9).toString("base64url") };
  const tls = options.tls ?? "none";
  const mailServer = await startMailServer({
    host: HOST,
    port: options.smtpPort ?? 0,
    credentials,
    mailbox,
    tls,
    onTaken: (mail, raw, from) =>
      later.schedule(options.receiptDelayMs ?? NOTICE_DELAY_MS, async () => {
        tellSender(returnsBox, mail, raw, from);
        return true;
      }),
  });
  const imapServer = await startImapServer({ host: HOST, port: 0, credentials, box: returnsBox });
  const pageServer = createAdaptorServer({ fetch: openPage(mailbox).fetch });
  const { origin, close } = await listen(pageServer, options.port);
  return {
    url: `${origin}/`,
    endpoints: [`${HOST}:${mailServer.port}`, `${HOST}:${imapServer.port}`],
    settings: {
      host: HOST,
      port: mailServer.port,
      encryption: tls,
      ...credentials,
      fromAddress: "notice@school.example",
      fromName: "知行学校",
    },
    returns: {
      returns: "imap",
      returnsHost: HOST,
      returnsPort: imapServer.port,
      returnsEncryption: "none",
      returnsUsername: credentials.username,
      returnsPassword: credentials.password,
    },
    returnsBox,
    received: () => mailbox.mails.map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => mailServer.misbehave(fault, count),
    close: async () => {
      later.close();
      await Promise.all([mailServer.close(), imapServer.close(), close()]);
    },
  };
}

function tellSender(box: ReturnsBox, mail: ReceivedMail, raw: Buffer, from: string): void {
  const kind = LATE_MAILBOXES.get(mailboxOf(mail.to));
  if (!kind) return;
  const notice = writeNotice(kind, { raw, from, to: mail.to });
  mail.notice = { kind, text: notice.toString("latin1") };
  box.put(notice);
}
