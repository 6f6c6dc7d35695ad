import type { SimulatedMessage } from "@tidings/sdk/testing";
import { type ParsedMail, simpleParser } from "mailparser";
import type { NoticeKind } from "./notice.ts";

const MAIL_LIMIT = 5000;

export interface ReceivedMail extends SimulatedMessage {
  id: number;
  from: string;
  subject: string;
  html: string;
  messageId: string;
  /** Where mail programs offer to unsubscribe with one click. */
  unsubscribeUrl?: string;
  /** What its sender was told later. */
  notice?: { kind: NoticeKind; text: string };
}

/** What arrived, oldest first; the oldest are dropped beyond the limit. */
export class Mailbox {
  #mails: ReceivedMail[] = [];
  #nextId = 1;

  get mails(): readonly ReceivedMail[] {
    return this.#mails;
  }

  find(id: number): ReceivedMail | undefined {
    return this.#mails.find((mail) => mail.id === id);
  }

  async take(raw: Buffer, to: string): Promise<ReceivedMail> {
    const mail = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true });
    const messageId = mail.messageId ?? "";
    // Behind the ref there is a seal of the sender's.
    const ref = /^<([^@]+)\.[0-9a-f]+@/.exec(messageId)?.[1];
    const unsubscribeUrl = readUnsubscribeUrl(mail);
    const received: ReceivedMail = {
      id: this.#nextId,
      to,
      from: mail.from?.text ?? "",
      subject: mail.subject ?? "",
      text: mail.text ?? "",
      html: mail.html || "",
      messageId,
      ...(unsubscribeUrl && { unsubscribeUrl }),
      ...(ref && { ref }),
      at: Date.now(),
    };
    this.#mails.push(received);
    this.#nextId += 1;
    if (this.#mails.length > MAIL_LIMIT) this.#mails.shift();
    return received;
  }
}

function readUnsubscribeUrl({ headerLines }: ParsedMail): string | undefined {
  const readHeader = (name: string) =>
    headerLines.find(({ key }) => key === name)?.line.replace(/^[^:]*:\s*/, "");
  if (readHeader("list-unsubscribe-post") !== "List-Unsubscribe=One-Click") return undefined;
  return /<(https?:[^>]+)>/.exec(readHeader("list-unsubscribe") ?? "")?.[1];
}
