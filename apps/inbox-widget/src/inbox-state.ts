import {
  type Counts,
  type Entry,
  type Filter,
  mergeNewest,
  replaceEntry,
  type Snapshot,
} from "./inbox.rules.ts";
import { AnswerError, type InboxClient } from "./inbox-client.ts";

export type Standing = "loading" | "ready" | "failed" | "signed-out";

/** What the widget shows, and what its user does with it. Draws anew whenever something changes. */
export class InboxState {
  counts: Counts = { unreadCount: 0, toConfirmCount: 0 };
  entries: Entry[] = [];
  filter: Filter = "all";
  standing: Standing = "loading";
  isOpen = false;
  /** Entries whose whole text is shown, and those that the server is asked about. */
  readonly expanded = new Set<string>();
  readonly busy = new Set<string>();
  nextCursor: string | null = null;

  readonly #client: InboxClient;
  readonly #draw: () => void;
  /** Only the answer to the last question counts. */
  #asked = 0;

  constructor(client: InboxClient, draw: () => void) {
    this.#client = client;
    this.#draw = draw;
  }

  /** Takes in how the inbox is; answers how many more are unread than before. */
  takeIn(snapshot: Snapshot): number {
    const { unreadCount, toConfirmCount, entries } = snapshot;
    const moreCount = unreadCount - this.counts.unreadCount;
    this.counts = { unreadCount, toConfirmCount };
    if (this.isOpen && this.filter === "all" && this.standing === "ready") {
      this.entries = mergeNewest(this.entries, entries);
    } else if (this.isOpen) void this.load();
    this.#draw();
    return moreCount;
  }

  /** The inbox could not be reached; what is shown stays. */
  fail(error: unknown): void {
    const isSignedOut = error instanceof AnswerError && (error.status === 401 || error.status === 403);
    if (isSignedOut) this.standing = "signed-out";
    else if (this.standing !== "ready") this.standing = "failed";
    this.#draw();
  }

  open(): void {
    this.isOpen = true;
    void this.load();
  }

  close(): void {
    this.isOpen = false;
    this.#draw();
  }

  choose(filter: Filter): void {
    this.filter = filter;
    this.entries = [];
    this.nextCursor = null;
    this.standing = "loading";
    void this.load();
  }

  /** Reads the first page of what is chosen. */
  async load(): Promise<void> {
    await this.#ask(async () => {
      const { items, nextCursor } = await this.#client.listEntries(this.filter);
      return () => {
        this.entries = items;
        this.nextCursor = nextCursor;
      };
    });
  }

  async loadMore(): Promise<void> {
    const cursor = this.nextCursor;
    if (cursor === null) return;
    await this.#ask(async () => {
      const { items, nextCursor } = await this.#client.listEntries(this.filter, cursor);
      return () => {
        const known = new Set(this.entries.map(({ id }) => id));
        this.entries = [...this.entries, ...items.filter(({ id }) => !known.has(id))];
        this.nextCursor = nextCursor;
      };
    });
  }

  toggle(entry: Entry): void {
    const isOpening = !this.expanded.delete(entry.id);
    if (isOpening) this.expanded.add(entry.id);
    this.#draw();
    if (isOpening) void this.read(entry);
  }

  async read(entry: Entry): Promise<void> {
    if (entry.readAt === null) await this.#change(entry, () => this.#client.readEntry(entry.id));
  }

  async confirm(entry: Entry): Promise<void> {
    await this.#change(entry, () => this.#client.confirmEntry(entry.id));
  }

  async readAll(): Promise<void> {
    try {
      this.counts = await this.#client.readAllEntries();
      await this.load();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Has one entry changed by the server, and the counts with it; the stream tells the same a little later. */
  async #change(entry: Entry, ask: () => Promise<Entry>): Promise<void> {
    if (this.busy.has(entry.id)) return;
    this.busy.add(entry.id);
    this.#draw();
    try {
      const changed = await ask();
      this.entries = replaceEntry(this.entries, changed);
      const { unreadCount, toConfirmCount } = this.counts;
      const isRead = entry.readAt === null && changed.readAt !== null;
      const isConfirmed = entry.confirmedAt === null && changed.confirmedAt !== null;
      this.counts = {
        unreadCount: Math.max(0, unreadCount - Number(isRead)),
        toConfirmCount: Math.max(0, toConfirmCount - Number(isConfirmed)),
      };
    } catch (error) {
      // Taken back meanwhile: the next look leaves it out.
      if (error instanceof AnswerError && error.status === 404) void this.load();
      else this.fail(error);
    } finally {
      this.busy.delete(entry.id);
      this.#draw();
    }
  }

  async #ask(question: () => Promise<() => void>): Promise<void> {
    const asked = ++this.#asked;
    this.#draw();
    try {
      const apply = await question();
      if (asked !== this.#asked) return;
      apply();
      this.standing = "ready";
      this.#draw();
    } catch (error) {
      if (asked === this.#asked) this.fail(error);
    }
  }
}
