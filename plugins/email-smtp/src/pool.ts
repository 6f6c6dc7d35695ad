import type { SmtpSession } from "./smtp-session.ts";

export interface PoolOptions {
  /** The most connections open at once. */
  size: number;
  /** Mails after which a connection is replaced; servers tire of endless ones. */
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
  readonly #waiters: Waiter[] = [];
  /** Connections that are being opened, at work or idle. */
  #count = 0;
  #opening = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  acquire(): Promise<SmtpSession> {
    const session = this.#takeIdle();
    if (session) return Promise.resolve(session);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#grow();
    });
  }

  release(session: SmtpSession): void {
    const spent = session.mailCount >= this.#options.maxMailsPerConnection;
    if (this.#closed || spent || !session.alive) this.#discard(session);
    else this.#offer(session);
  }

  close(): void {
    this.#closed = true;
    for (const [session, timer] of this.#idle) {
      clearTimeout(timer);
      this.#discard(session);
    }
    this.#idle.clear();
    this.#failWaiters(new Error("The channel was closed"));
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
      this.release(session);
    } catch (error) {
      this.#opening -= 1;
      this.#count -= 1;
      if (this.#count === 0) this.#failWaiters(error);
    }
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
