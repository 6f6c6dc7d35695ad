import type { ReceiptEvent } from "@tidings/sdk/plugin";
import { type ParsedMail, simpleParser } from "mailparser";
import { type Failure, judgeStatus, readDeliveryStatus, readSentence } from "./delivery-status.ts";
import { findOwnRef } from "./own-mark.ts";

const MAX_DETAIL_LENGTH = 500;
/** Who tells of mail that could not be delivered; an out-of-office reply comes from a person. */
const MAIL_SYSTEM = /\b(?:mailer-?daemon|mail-?daemon|postmaster)@/i;
/** Where the copy of our mail begins, whose text may hold any number. */
const COPY =
  /^-{3,}.*(?:copy|original|原邮件|原始邮件|原信)|^(?:return-path|received|message-id|mime-version):/im;

/** The headers that tell whether a mail is worth reading: people's own mail is left alone. */
export const TELLING_HEADERS = ["from", "content-type", "x-failed-recipients"];

/** Whether these headers may be those of a mail that was returned. */
export const mayBeReturned = (headers: string): boolean =>
  /multipart\/report/i.test(headers) || /^x-failed-recipients:/im.test(headers) || isFromMailSystem(headers);

const isFromMailSystem = (headers: string) =>
  MAIL_SYSTEM.test(/^from:.*(?:\r?\n[ \t].*)*/im.exec(headers)?.[0] ?? "");

/**
 * Reads a mail that was returned to the sender. Undefined unless it says that a mail of this channel, by its mark, did not
 * arrive and will not.
 */
export async function readReturnedMail(
  raw: Buffer,
  { key, now }: { key: string; now: number },
): Promise<ReceiptEvent | undefined> {
  const mail = await simpleParser(raw, {
    keepDeliveryStatus: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
  });
  const headers = mail.headerLines.map(({ line }) => line).join("\n");
  const text = mail.text ?? "";
  const ref = findOwnRef(key, [headers, ...partsOf(mail).map(({ content }) => content), text]);
  const failure = ref === undefined ? undefined : readFailure(mail, headers, text);
  if (ref === undefined || !failure) return undefined;
  return {
    eventId: `returned:${ref}`,
    type: "undelivered",
    ref,
    at: Math.min(mail.date?.getTime() || now, now),
    code: failure.code,
    ...(failure.detail && { detail: failure.detail.slice(0, MAX_DETAIL_LENGTH) }),
  };
}

const partsOf = (mail: ParsedMail) =>
  mail.attachments.map(({ contentType, content }) => ({ contentType, content: content.toString("utf8") }));

// A notification in the standard form decides alone; others are believed when a mail system has sent them.
function readFailure(mail: ParsedMail, headers: string, text: string): Failure | undefined {
  const statuses = partsOf(mail)
    .filter(({ contentType }) => /^message\/(?:global-)?delivery-status$/i.test(contentType))
    .flatMap(({ content }) => readDeliveryStatus(content));
  if (statuses.length > 0) return judgeStatus(statuses);
  const isTold = /^x-failed-recipients:/im.test(headers) || isFromMailSystem(headers);
  return isTold ? readSentence(text.slice(0, COPY.exec(text)?.index)) : undefined;
}
