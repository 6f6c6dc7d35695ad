const MAIL_LIMIT = 5000;

/** A mail in the sender's mailbox. */
export interface ReturnedMail {
  uid: number;
  raw: Buffer;
  at: number;
  isSeen: boolean;
}

/** The sender's mailbox, which undeliverable mail is returned to; the oldest are dropped beyond the limit. */
export class ReturnsBox {
  readonly #mails: ReturnedMail[] = [];
  #nextUid = 1;

  get mails(): readonly ReturnedMail[] {
    return this.#mails;
  }

  get nextUid(): number {
    return this.#nextUid;
  }

  put(raw: Buffer): void {
    this.#mails.push({ uid: this.#nextUid, raw, at: Date.now(), isSeen: false });
    this.#nextUid += 1;
    if (this.#mails.length > MAIL_LIMIT) this.#mails.shift();
  }
}
