import type { SmtpSession } from "./smtp-session.ts";

/** The remainders of its multiples by 1 are spread evenly, however many there are. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

export interface PoolOptions {
  /** The most connections open at once. */
  size: number;
  /** The most mails after which a connection is replaced; servers tire of endless ones. Some carry only half as many. */
  maxMailsPerConnection: number;
  idleMs: number;
  open(): Promise<SmtpSession>;
}

interface Waiter {
  resolve(session: SmtpSession): void;
  reject(error: unknown): void;
}

/**
 * Hands out connections. A connection is opened when somebody waits and there is room. If opening fails while
 * others are connected, those serve the ones who wait; if nobody is connected, all who wait hear why.
 */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #idle = new Map<SmtpSession, NodeJS.Timeout>();
  /** How many mails each connection may carry. */
  readonly #lifetimes = new WeakMap<SmtpSession, number>();
  readonly #waiters: Waiter[] = [];
  #openedCount = 0;
  /** Connections that are being opened, at work or idle. */
  #count = 0;
  #opening = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  acquire(): Promise<SmtpSession> {
    if (this.#closed) return Promise.reject(channelClosed());
    const session = this.#takeIdle();
    if (session) return Promise.resolve(session);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#grow();
    });
  }

  release(session: SmtpSession): void {
    const isSpent = session.mailCount >= (this.#lifetimes.get(session) ?? 0);
    if (this.#closed || isSpent || !session.alive) this.#discard(session);
    else this.#offer(session);
  }

  close(): void {
    this.#closed = true;
    for (const [session, timer] of this.#idle) {
      clearTimeout(timer);
      this.#discard(session);
    }
    this.#idle.clear();
    this.#failWaiters(channelClosed());
  }

  // The latest first, so that in quiet times the others reach their idle limit.
  #takeIdle(): SmtpSession | undefined {
    for (const session of [...this.#idle.keys()].reverse()) {
      clearTimeout(this.#idle.get(session));
      this.#idle.delete(session);
      if (session.alive) return session;
      this.#discard(session);
    }
    return undefined;
  }

  #grow(): void {
    while (!this.#closed && this.#opening < this.#waiters.length && this.#count < this.#options.size) {
      this.#count += 1;
      this.#opening += 1;
      void this.#open();
    }
  }

  async #open(): Promise<void> {
    try {
      const session = await this.#options.open();
      this.#opening -= 1;
      this.#lifetimes.set(session, this.#nextLifetime());
      this.release(session);
    } catch (error) {
      this.#opening -= 1;
      this.#count -= 1;
      if (this.#count === 0) this.#failWaiters(error);
    }
  }

  // Connections that are opened together would also be spent together, and nothing would go out while all are replaced.
  #nextLifetime(): number {
    const place = (this.#openedCount++ * GOLDEN_RATIO) % 1;
    return Math.ceil(this.#options.maxMailsPerConnection * (1 - place / 2));
  }

  #offer(session: SmtpSession): void {
    const waiter = this.#waiters.shift();
    if (waiter) {
      waiter.resolve(session);
      return;
    }
    const timer = setTimeout(() => {
      this.#idle.delete(session);
      this.#discard(session);
    }, this.#options.idleMs);
    timer.unref();
    this.#idle.set(session, timer);
  }

  #discard(session: SmtpSession): void {
    session.quit();
    this.#count -= 1;
    this.#grow();
  }

  #failWaiters(error: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}

const channelClosed = () => new Error("The channel was closed");
