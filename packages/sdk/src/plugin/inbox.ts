/** What an inbox entry says. All of it is text: nothing in it is read as markup. */
export interface InboxEntry {
  /** The message's `ref`, under which the entry is kept: one that is there already stays as it is. */
  ref: string;
  /** At most 200 characters. */
  title: string;
  /** At most 10,000 characters. */
  body: string;
  /** Where the entry leads: an http or https URL, or a path that begins with one slash. At most 2,000 characters. */
  link?: string;
  /** The user is asked to confirm that they have read it. */
  mustConfirm: boolean;
}

/** The inboxes that the installation keeps, as far as one channel puts something into them. */
export interface Inbox {
  /**
   * Puts entries into the inboxes of the users whom their messages are for, all of them or none. Answers the refs that
   * are there afterwards; those are missing whose user is gone.
   */
  put(entries: readonly InboxEntry[], options: PutOptions): Promise<string[]>;
  /** Takes entries out again; answers the refs that were there, also those that were taken out before. */
  takeBack(refs: readonly string[]): Promise<string[]>;
}

export interface PutOptions {
  /** How long an entry is shown, seconds, unless the message's own time to live is over before. */
  keepSeconds: number;
}
