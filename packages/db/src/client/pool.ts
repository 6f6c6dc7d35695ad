import { Connection, type ConnectionSettings } from "./connection.ts";
import { DatabaseDeadlineError, DatabaseUnavailableError } from "./errors.ts";

interface Waiter {
  resolve(connection: Connection): void;
  reject(error: Error): void;
}

const MIN_LIFETIME_MS = 30 * 60_000;

/** At most `max` connections, lent one transaction at a time, first come first served. */
export class ConnectionPool {
  readonly #settings: ConnectionSettings;
  readonly #max: number;
  readonly #open = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiters = new Set<Waiter>();
  /** Differs by pool, so that many nodes do not reconnect in the same minute. */
  readonly #lifetimeMs = MIN_LIFETIME_MS * (1 + Math.random());
  #closing: Promise<void> | undefined;
  #drained: () => void = () => undefined;

  constructor(settings: ConnectionSettings, max: number) {
    this.#settings = settings;
    this.#max = max;
  }

  /** Lends a connection. Rejects when none is free within the deadline (milliseconds) or the pool is closed. */
  acquire(deadlineMs: number): Promise<Connection> {
    if (this.#closing) return Promise.reject(closedError());
    const idle = this.#idle.pop();
    if (idle) return Promise.resolve(idle);
    if (this.#open.size < this.#max) return Promise.resolve(this.#connect());
    return this.#wait(deadlineMs);
  }

  /** Takes a connection back; its transaction has ended or the connection is dead. */
  release(connection: Connection): void {
    connection.onDeath = undefined;
    connection.committing = false;
    if (connection.death) return;
    if (this.#closing || performance.now() - connection.openedAt > this.#lifetimeMs) {
      void connection.close();
    } else if (!this.#serveWaiter(() => connection)) {
      this.#idle.push(connection);
    }
  }

  /** Drops the connections that rest: after a deadline they too may be half-open, and each would cost another. */
  distrustIdle(): void {
    for (const connection of this.#idle.splice(0)) void connection.close();
  }

  /** Refuses new work, waits for the transactions under way (their deadlines bound it) and disconnects. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing;
    this.#closing = new Promise((resolve) => {
      this.#drained = resolve;
    });
    for (const waiter of this.#waiters) waiter.reject(closedError());
    this.#waiters.clear();
    this.distrustIdle();
    if (this.#open.size === 0) this.#drained();
    return this.#closing;
  }

  #connect(): Connection {
    const connection = new Connection(this.#settings, (gone) => this.#forget(gone));
    this.#open.add(connection);
    return connection;
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
    if (this.#open.size === 0) this.#drained();
    if (this.#open.size < this.#max) this.#serveWaiter(() => this.#connect());
  }

  #serveWaiter(provide: () => Connection): boolean {
    const [first] = this.#waiters;
    if (!first) return false;
    this.#waiters.delete(first);
    first.resolve(provide());
    return true;
  }

  #wait(deadlineMs: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: (connection) => {
          clearTimeout(timer);
          resolve(connection);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(
          new DatabaseDeadlineError(`No database connection was free within ${deadlineMs} ms.`, {
            outcome: "not_committed",
            deadlineMs,
          }),
        );
      }, deadlineMs);
      this.#waiters.add(waiter);
    });
  }
}

function closedError(): DatabaseUnavailableError {
  return new DatabaseUnavailableError("The database client is closed.", { outcome: "not_committed" });
}
