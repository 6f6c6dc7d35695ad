import { randomBytes } from "node:crypto";

/** What a mail server tells the sender later: that it gave up, or goes on trying. */
export type NoticeKind = "returned" | "delayed";

/** Mailboxes that are taken and told of later, by their name, whatever the domain. */
export const LATE_MAILBOXES = new Map<string, NoticeKind>([
  ["late-bounce", "returned"],
  ["delayed", "delayed"],
]);

const NOTICES = {
  returned: {
    subject: "Undelivered Mail Returned to Sender",
    text: "I'm sorry to have to inform you that your message could not be delivered.",
    action: "failed",
    status: "5.1.1",
    diagnostic: "smtp; 550 5.1.1 No such mailbox",
  },
  delayed: {
    subject: "Delayed Mail (still being retried)",
    text: "Your message could not be delivered yet. It will be retried until it is 5 days old.",
    action: "delayed",
    status: "4.4.1",
    diagnostic: "smtp; 450 4.4.1 Host did not answer",
  },
};

/** A notification in the standard form, with the headers of the mail that it is about. */
export function writeNotice(
  kind: NoticeKind,
  { raw, from, to }: { raw: Buffer; from: string; to: string },
): Buffer {
  const { subject, text, action, status, diagnostic } = NOTICES[kind];
  const boundary = `=_${randomBytes(12).toString("hex")}`;
  const headers = raw.toString("latin1").split("\r\n\r\n")[0] ?? "";
  const lines = [
    "Return-Path: <>",
    "From: MAILER-DAEMON@mx.simulator.example (Mail Delivery System)",
    `To: ${from}`,
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${randomBytes(8).toString("hex")}@mx.simulator.example>`,
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=us-ascii",
    "",
    text,
    "",
    `<${to}>: ${diagnostic}`,
    "",
    `--${boundary}`,
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.simulator.example",
    "",
    `Final-Recipient: rfc822; ${to}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: ${diagnostic}`,
    "",
    `--${boundary}`,
    "Content-Type: text/rfc822-headers",
    "",
    headers,
    "",
    `--${boundary}--`,
    "",
  ];
  return Buffer.from(lines.join("\r\n"), "latin1");
}
