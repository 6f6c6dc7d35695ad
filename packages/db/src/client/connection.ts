import { Socket } from "node:net";
import postgres, { type Sql } from "postgres";
import { DatabaseUnavailableError, type TransactionOutcome } from "./errors.ts";
import { makeFast } from "./fast-class.ts";
import { type Endpoint, openStream } from "./socket.ts";
import { ARRAY_TYPE_BY_ELEMENT, driverTypes } from "./value-types.ts";

export interface ConnectionSettings {
  /** For credentials and database name; never for host, port or TLS. */
  url: string;
  endpoint: Endpoint;
  /** Sent in the startup packet: role, time limits, application name. */
  startup: Record<string, string>;
}

const CLOSE_TIMEOUT_SECONDS = 1;

/**
 * One driver client with one socket, ever.
 *
 * postgres.js 3.4.9 reuses a pooled connection after its backend died while the old transaction's handle keeps
 * writing to it: that handle then reads, and commits, another tenant's work (porsager/postgres #1216, #1204). Here
 * a dead connection is thrown away with its client, so nothing old can reach anything new.
 */
export class Connection {
  readonly openedAt = performance.now();
  readonly sql: Sql;
  /** Set while COMMIT is on its way: from then on a lost connection leaves the outcome unknown. */
  committing = false;
  /** How long the server lets a transaction of this connection take, once it has been told, ms. */
  transactionLimitMs: number | undefined;
  /** Called once, synchronously, when the connection dies. At most one listener for each use. */
  onDeath: ((error: Error) => void) | undefined;

  #death: Error | undefined;
  #socket: Socket | undefined;
  readonly #endpoint: Endpoint;
  readonly #onGone: (connection: Connection) => void;

  constructor(settings: ConnectionSettings, onGone: (connection: Connection) => void) {
    this.#endpoint = settings.endpoint;
    this.#onGone = onGone;
    this.sql = createClient(settings, () => this.#open());
  }

  /** Why the connection is dead, or undefined while it lives. */
  get death(): Error | undefined {
    return this.#death;
  }

  /** What a failure at this moment would mean for the current transaction. */
  get outcome(): TransactionOutcome {
    return this.committing ? "unknown" : "not_committed";
  }

  /** Ends the connection at once; the server rolls back whatever is open. */
  kill(error: Error): void {
    if (this.#death) return;
    this.#death = error;
    this.#socket?.destroy();
    // Rejects the queries that the driver still holds; without it they would hang.
    void this.sql.end({ timeout: 0 }).catch(() => undefined);
    this.#onGone(this);
    this.onDeath?.(error);
  }

  /** Says goodbye to the server; only for a connection without a transaction. */
  async close(): Promise<void> {
    await this.sql.end({ timeout: CLOSE_TIMEOUT_SECONDS }).catch(() => undefined);
    this.kill(new DatabaseUnavailableError("The connection was closed.", { outcome: "not_committed" }));
  }

  async #open(): Promise<Socket> {
    if (this.#socket) throw this.#death ?? new Error("A connection is opened only once.");
    const socket = new Socket();
    this.#watch(socket);
    const stream = await openStream(socket, this.#endpoint);
    if (stream !== socket) this.#watch(stream);
    return stream;
  }

  #watch(socket: Socket): void {
    this.#socket = socket;
    socket.once("error", (cause) => this.#lost(cause));
    socket.once("close", () => this.#lost());
  }

  #lost(cause?: Error): void {
    const message = cause
      ? `The database connection failed: ${cause.message}`
      : "The database connection was closed.";
    this.kill(new DatabaseUnavailableError(message, { outcome: this.outcome, cause }));
  }
}

function createClient(settings: ConnectionSettings, openSocket: () => Promise<Socket>): Sql {
  const options = {
    max: 1,
    socket: openSocket,
    ssl: false,
    types: driverTypes(),
    fetch_types: false,
    connection: settings.startup,
    // The driver's timers would end a connection between two statements of a transaction; the pool ages them.
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => undefined,
  };
  const sql: Sql = postgres(settings.url, options);
  const { shared } = sql.options as unknown as { shared: { typeArrayMap: Record<number, number> } };
  Object.assign(shared.typeArrayMap, ARRAY_TYPE_BY_ELEMENT);
  // Every statement and every fragment of one is an instance of the driver's class.
  makeFast(sql``.constructor as new () => object);
  return sql;
}
