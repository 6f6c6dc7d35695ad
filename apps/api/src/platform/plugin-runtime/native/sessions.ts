import type { NativePlugin, NativeSession } from "@tidings/sdk/plugin";
import { type ChannelHandle, channelKey } from "../channel.ts";
import { withDeadline } from "../execution/deadline.ts";

const IDLE_MS = 10 * 60_000;
const CLOSE_TIMEOUT_MS = 5000;

interface Entry {
  revision: number;
  /** The code that opened it. */
  plugin: NativePlugin;
  session: Promise<NativeSession>;
  userCount: number;
  /** Serves those who have it, and nobody new. */
  isRetired: boolean;
  isClosed: boolean;
  idleTimer: NodeJS.Timeout | undefined;
}

/**
 * Keeps one open session per channel. A session ends when the channel's revision or its plugin changes, after ten idle
 * minutes, or when it is thrown out for hanging; those who are using it finish first.
 */
export class NativeSessions {
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #onCloseFault: (error: unknown) => void;

  constructor(onCloseFault: (error: unknown) => void) {
    this.#onCloseFault = onCloseFault;
  }

  /** Runs work with the channel's session, opened by `open` if there is none of this revision and plugin. */
  async use<T>(
    channel: ChannelHandle,
    plugin: NativePlugin,
    open: () => Promise<NativeSession>,
    work: (session: NativeSession) => Promise<T>,
  ): Promise<T> {
    const entry = this.#take(channel, plugin, open);
    entry.userCount += 1;
    clearTimeout(entry.idleTimer);
    try {
      return await work(await entry.session);
    } finally {
      entry.userCount -= 1;
      this.#rest(channel, entry);
    }
  }

  /** Throws out the session that hangs, users or not; the next one who asks gets a new one. */
  evict(channel: ChannelHandle): void {
    const key = channelKey(channel);
    const entry = this.#entries.get(key);
    if (entry?.revision !== channel.revision) return;
    this.#retire(key, entry);
    this.#close(entry);
  }

  async closeAll(): Promise<void> {
    for (const [key, entry] of this.#entries) this.#retire(key, entry);
    await Promise.all(this.#closing);
  }

  #take(channel: ChannelHandle, plugin: NativePlugin, open: () => Promise<NativeSession>): Entry {
    const key = channelKey(channel);
    const known = this.#entries.get(key);
    if (known?.revision === channel.revision && known.plugin === plugin) return known;
    if (known) this.#retire(key, known);
    const entry: Entry = {
      revision: channel.revision,
      plugin,
      session: open(),
      userCount: 0,
      isRetired: false,
      isClosed: false,
      idleTimer: undefined,
    };
    this.#entries.set(key, entry);
    // A session that could not be opened is tried again by the next one who asks.
    entry.session.catch(() => this.#retire(key, entry));
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
    if (entry.isClosed) return;
    entry.isClosed = true;
    const closing: Promise<void> = closeSession(entry.session)
      .catch(this.#onCloseFault)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

async function closeSession(opened: Promise<NativeSession>): Promise<void> {
  const session = await opened.catch(() => undefined);
  if (session) await withDeadline(session.close(), CLOSE_TIMEOUT_MS);
}
