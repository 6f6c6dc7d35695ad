import type { NativePlugin, NativeSession } from "@tidings/sdk/plugin";
import { type ChannelHandle, channelKey } from "../channel.ts";

const IDLE_MS = 10 * 60_000;

interface Entry {
  revision: number;
  session: Promise<NativeSession>;
  userCount: number;
  isRetired: boolean;
  idleTimer: NodeJS.Timeout | undefined;
}

/**
 * Keeps one open session per channel. A session ends when the channel's revision changes, after ten idle
 * minutes, or when it is thrown out for hanging; those who are using it finish first.
 */
export class NativeSessions {
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #onCloseFault: (error: unknown) => void;

  constructor(onCloseFault: (error: unknown) => void) {
    this.#onCloseFault = onCloseFault;
  }

  /** Runs work with the channel's session, opened by `open` if there is none of this revision. */
  async use<T>(
    channel: ChannelHandle,
    open: () => Promise<ReturnType<NativePlugin["open"]>>,
    work: (session: NativeSession) => Promise<T>,
  ): Promise<T> {
    const entry = this.#take(channel, open);
    entry.userCount += 1;
    clearTimeout(entry.idleTimer);
    try {
      return await work(await entry.session);
    } finally {
      entry.userCount -= 1;
      this.#rest(channel, entry);
    }
  }

  /** Gives the channel a new session next time. The one that hangs is closed at once, users or not. */
  evict(channel: ChannelHandle): void {
    const entry = this.#entries.get(channelKey(channel));
    if (!entry) return;
    this.#entries.delete(channelKey(channel));
    entry.isRetired = true;
    this.#close(entry);
  }

  async closeAll(): Promise<void> {
    for (const [key, entry] of this.#entries) this.#retire(key, entry);
    await Promise.all(this.#closing);
  }

  #take(channel: ChannelHandle, open: () => Promise<NativeSession>): Entry {
    const key = channelKey(channel);
    const known = this.#entries.get(key);
    if (known?.revision === channel.revision) return known;
    if (known) this.#retire(key, known);
    const entry: Entry = {
      revision: channel.revision,
      session: open(),
      userCount: 0,
      isRetired: false,
      idleTimer: undefined,
    };
    this.#entries.set(key, entry);
    entry.session.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry;
  }

  #rest(channel: ChannelHandle, entry: Entry): void {
    if (entry.userCount > 0) return;
    if (entry.isRetired) this.#close(entry);
    else entry.idleTimer = setTimeout(() => this.#retire(channelKey(channel), entry), IDLE_MS).unref();
  }

  #retire(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    entry.isRetired = true;
    if (entry.userCount === 0) this.#close(entry);
  }

  #close(entry: Entry): void {
    clearTimeout(entry.idleTimer);
    const closing: Promise<void> = entry.session
      .then(
        (session) => session.close(),
        () => undefined,
      )
      .catch(this.#onCloseFault)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
