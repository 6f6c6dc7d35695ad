import type {
  NativeOpenInput,
  NativePreview,
  NativeSession,
  OutboundMessage,
  PlanInput,
  SendResult,
  Verification,
} from "@tidings/sdk/plugin";
import { isAddress } from "./address.ts";
import { buildMail, type Mail } from "./mime.ts";
import { readFailure } from "./outcome.ts";
import { markOf } from "./own-mark.ts";
import { ConnectionPool } from "./pool.ts";
import { ReturnsMailbox } from "./returns-mailbox.ts";
import { readSettings, returnAddress, type SmtpSettings } from "./settings.ts";
import { SmtpFailure } from "./smtp-failure.ts";
import { SmtpSession } from "./smtp-session.ts";

const MAX_MAILS_PER_CONNECTION = 500;
const IDLE_MS = 10_000;
/** Stands for the seal, which nobody can work out without the channel's key. */
const SHOWN_SEAL = "x".repeat(16);

/** What the mails of one channel go out by. */
interface Sending {
  pool: ConnectionPool;
  settings: SmtpSettings;
  key: string;
}

export function open(input: NativeOpenInput): NativeSession {
  const settings = readSettings(input);
  const { key } = input;
  const { timeoutMs } = input.limits;
  const resolve = async (host: string, port: number) => input.resolve(host, port);
  const openSession = () => SmtpSession.open({ settings, timeoutMs, resolve });
  const pool = new ConnectionPool({
    size: input.limits.concurrency,
    maxMailsPerConnection: MAX_MAILS_PER_CONNECTION,
    idleMs: IDLE_MS,
    open: openSession,
  });
  const mailbox =
    settings.returns && new ReturnsMailbox({ settings: settings.returns, key, timeoutMs, resolve });
  return {
    send: (batch) =>
      Promise.all(batch.messages.map((message) => deliver({ pool, settings, key }, message, batch))),
    async verify() {
      const verification = await verify(openSession);
      return verification.ok && mailbox ? mailbox.verify() : verification;
    },
    collect: async (visit) => mailbox?.visit(visit) ?? { hasMore: false },
    async close() {
      mailbox?.close();
      pool.close();
    },
  };
}

/** The envelope and the mail, byte by byte as the server would get them but for dot stuffing. */
export function preview(batch: PlanInput): NativePreview {
  const settings = readSettings({ settings: batch.settings, secrets: {} });
  const faulty = batch.messages.flatMap((message) => {
    const fault = findFault(message);
    return fault ? [{ ref: message.ref, status: "rejected" as const, ...fault }] : [];
  });
  const refused = new Set(faulty.map(({ ref }) => ref));
  const sendable = batch.messages.filter(({ ref }) => !refused.has(ref));
  return {
    transmissions: sendable.map((message) => ({
      ref: message.ref,
      parts: [
        {
          label: { zh: "信封（SMTP 命令）", en: "Envelope (SMTP commands)" },
          text: `MAIL FROM:<${returnAddress(settings, shownMark(message))}>\r\nRCPT TO:<${message.address}>\r\n`,
        },
        {
          label: { zh: "邮件原文（MIME）", en: "The mail (MIME)" },
          text: buildMail(readMail(message, batch, shownMark(message)), settings).toString("utf8"),
        },
      ],
    })),
    results: faulty,
  };
}

const shownMark = ({ ref }: OutboundMessage) => `${ref}.${SHOWN_SEAL}`;

async function deliver(sending: Sending, message: OutboundMessage, batch: PlanInput): Promise<SendResult> {
  const { ref } = message;
  const fault = findFault(message);
  if (fault) return { ref, status: "rejected", ...fault };
  try {
    const mail = readMail(message, batch, markOf(sending.key, ref));
    const serverId = await sendMail(sending, mail);
    return { ref, status: "accepted", ...(serverId && { vendorId: serverId }) };
  } catch (error) {
    return { ref, ...readFailure(error) };
  }
}

function findFault({ address, content }: OutboundMessage): { code: string; detail: string } | undefined {
  if (!isAddress(address)) return { code: "invalid_address", detail: "The address is no e-mail address." };
  if (`${content.text ?? ""}${content.html ?? ""}`.trim() === "") {
    return { code: "no_body", detail: "The mail has neither a text nor an HTML body." };
  }
  return undefined;
}

function readMail(
  { ref, address, content, unsubscribeUrl }: OutboundMessage,
  batch: PlanInput,
  mark: string,
): Mail {
  return {
    ref,
    mark,
    to: address,
    subject: content.subject ?? "",
    text: content.text?.trim() ? content.text : "",
    html: content.html?.trim() ? content.html : "",
    ...(unsubscribeUrl && { unsubscribeUrl }),
    sentAt: batch.now,
    seed: batch.seed,
  };
}

/** Takes a connection for one mail; a pooled one that turns out to be closed is replaced by the next. */
async function sendMail({ pool, settings }: Sending, mail: Mail): Promise<string | undefined> {
  const envelope = { from: returnAddress(settings, mail.mark), to: mail.to };
  for (;;) {
    const session = await pool.acquire();
    const isPooled = session.mailCount > 0;
    try {
      return await session.send(envelope, buildMail(mail, settings));
    } catch (error) {
      const isClosed = !session.alive;
      // A refused mail leaves its transaction open; a session that cannot be brought back is not handed on.
      if (!isClosed) await session.reset().catch(() => session.quit());
      if (!isPooled || !isClosed || !isUntouched(error)) throw error;
    } finally {
      pool.release(session);
    }
  }
}

// A server ends idle connections, with 421 or without a word; the mail had not been handed over then.
function isUntouched(error: unknown): boolean {
  return error instanceof SmtpFailure && !error.contentStarted && error.systemCode !== "ETIMEDOUT";
}

async function verify(openSession: () => Promise<SmtpSession>): Promise<Verification> {
  try {
    const session = await openSession();
    session.quit();
    return { ok: true };
  } catch (error) {
    const { code, detail } = readFailure(error);
    return { ok: false, ...(code && { code }), ...(detail && { detail }) };
  }
}
