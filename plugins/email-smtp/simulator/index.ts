import { randomBytes } from "node:crypto";
import { createAdaptorServer } from "@hono/node-server";
import { listen, type Simulator, type SimulatorOptions } from "@tidings/sdk/testing";
import { type MailServerOptions, startMailServer } from "./mail-server.ts";
import { Mailbox } from "./mailbox.ts";
import { openPage } from "./page.ts";

export { demo } from "./demo.ts";

const HOST = "127.0.0.1";

export interface EmailSimulatorOptions extends SimulatorOptions {
  /** Port of the SMTP server, by default a free one; `port` is the page's. */
  smtpPort?: number;
  /** Default `none`; the certificate of the others is one that nobody trusts. */
  tls?: MailServerOptions["tls"];
}

/** Starts a mail server that keeps what it gets, and a page to read it on. */
export async function startSimulator(options: EmailSimulatorOptions = {}): Promise<Simulator> {
  const mailbox = new Mailbox();
  const credentials = { username: "simulator", password: randomBytes(9).toString("base64url") };
  const tls = options.tls ?? "none";
  const mailServer = await startMailServer({
    host: HOST,
    port: options.smtpPort ?? 0,
    credentials,
    mailbox,
    tls,
  });
  const pageServer = createAdaptorServer({ fetch: openPage(mailbox).fetch });
  const { origin, close } = await listen(pageServer, options.port);
  return {
    url: `${origin}/`,
    endpoints: [`${HOST}:${mailServer.port}`],
    settings: {
      host: HOST,
      port: mailServer.port,
      encryption: tls,
      ...credentials,
      fromAddress: "notice@school.example",
      fromName: "知行学校",
    },
    received: () => mailbox.mails.map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => mailServer.misbehave(fault, count),
    close: async () => {
      await Promise.all([mailServer.close(), close()]);
    },
  };
}
