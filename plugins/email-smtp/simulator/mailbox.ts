import type { SimulatedMessage } from "@tidings/sdk/testing";
import { simpleParser } from "mailparser";

const MAIL_LIMIT = 5000;

export interface ReceivedMail extends SimulatedMessage {
  id: number;
  from: string;
  subject: string;
  html: string;
  messageId: string;
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

  async take(raw: Buffer, to: string): Promise<void> {
    const mail = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true });
    const messageId = mail.messageId ?? "";
    const ref = /^<([^@]+)@/.exec(messageId)?.[1];
    this.#mails.push({
      id: this.#nextId,
      to,
      from: mail.from?.text ?? "",
      subject: mail.subject ?? "",
      text: mail.text ?? "",
      html: mail.html || "",
      messageId,
      ...(ref && { ref }),
      at: Date.now(),
    });
    this.#nextId += 1;
    if (this.#mails.length > MAIL_LIMIT) this.#mails.shift();
  }
}
