import { createHash } from "node:crypto";
import { writeHeaderText, writeMailbox } from "./header.ts";
import type { SmtpSettings } from "./settings.ts";

const CRLF = "\r\n";
const LINE_MAX_LENGTH = 998;

export interface Mail {
  ref: string;
  /** What it is known by when it comes back. */
  mark: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Where the recipient says that they want no more. */
  unsubscribeUrl?: string;
  /** Milliseconds since 1970, UTC. */
  sentAt: number;
  /** Random text; keeps the boundary of the parts from being guessed by whoever wrote them. */
  seed: string;
}

/** The whole mail as it goes over the wire, except for dot stuffing. */
export function buildMail(mail: Mail, settings: SmtpSettings): Buffer {
  const headers = [
    `From: ${writeMailbox(settings.from.address, settings.from.name)}`,
    `To: ${writeMailbox(mail.to, "")}`,
    ...(settings.replyTo ? [`Reply-To: ${writeMailbox(settings.replyTo, "")}`] : []),
    `Subject: ${writeHeaderText(mail.subject)}`,
    // Stable over retries, so that a mailbox can fold a repeat into the mail it has.
    `Message-ID: <${mail.mark}@${settings.from.domain}>`,
    `Date: ${new Date(mail.sentAt).toUTCString().replace("GMT", "+0000")}`,
    // RFC 3834: keeps vacation responders from answering.
    "Auto-Submitted: auto-generated",
    ...writeUnsubscribing(mail.unsubscribeUrl),
    "MIME-Version: 1.0",
  ];
  return Buffer.from([...headers, ...writeContent(mail)].join(CRLF) + CRLF);
}

const HEADER_URL = /^https?:\/\/[\x21-\x3b=\x3f-\x7e]+$/;

/** The button of mail programs: https://www.rfc-editor.org/rfc/rfc8058 */
function writeUnsubscribing(url: string | undefined): string[] {
  if (!url || !HEADER_URL.test(url)) return [];
  return [`List-Unsubscribe: <${url}>`, "List-Unsubscribe-Post: List-Unsubscribe=One-Click"];
}

function writeContent(mail: Mail): string[] {
  const parts = [
    ...(mail.text ? [writePart("text/plain", mail.text)] : []),
    ...(mail.html ? [writePart("text/html", mail.html)] : []),
  ];
  const [only, other] = parts;
  if (only && !other) return only;
  // A boundary with "=_" cannot occur in Base64 either.
  const boundary = `=_${createHash("sha256").update(`${mail.seed} ${mail.ref}`).digest("hex").slice(0, 32)}`;
  return [
    "Content-Type: multipart/alternative;",
    ` boundary="${boundary}"`,
    "",
    ...parts.flatMap((part) => [`--${boundary}`, ...part]),
    `--${boundary}--`,
  ];
}

function writePart(type: string, content: string): string[] {
  const text = content.replace(/\r\n|\r|\n/g, CRLF);
  const plain = isPlain(text);
  return [
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Transfer-Encoding: ${plain ? "7bit" : "base64"}`,
    "",
    plain ? text : toBase64Lines(text),
  ];
}

// Base64 of what is ASCII anyway counts against a mail in spam filters.
function isPlain(text: string): boolean {
  return (
    /^[\t\r\n\x20-\x7e]*$/.test(text) && text.split(CRLF).every((line) => line.length <= LINE_MAX_LENGTH)
  );
}

function toBase64Lines(text: string): string {
  return (
    Buffer.from(text)
      .toString("base64")
      .match(/.{1,76}/g)
      ?.join(CRLF) ?? ""
  );
}
