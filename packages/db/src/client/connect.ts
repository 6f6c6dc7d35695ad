import { ConnectionPool } from "./pool.ts";
import { parseEndpoint, withoutTlsParameters } from "./socket.ts";
import { type Answers, runAtOnce, runTransaction, type Statements, type Tx } from "./transaction.ts";

export interface ConnectOptions {
  /** `postgres://user:password@host:port/database`, with `?sslmode=require` or `verify-full` for TLS. */
  url: string;
  /** The role every connection acts as; absent: the login user itself. */
  role?: "tidings_api" | "tidings_worker" | "tidings_dispatch";
  /** Largest number of connections. */
  max: number;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /** Client-side limit of a transaction, the wait for a connection included, in milliseconds. Default 5,000. */
  deadlineMs?: number;
  /** Server-side limit of one statement, in milliseconds. Default 4,000. */
  statementTimeoutMs?: number;
  /**
   * True where every statement goes by an index, whatever its parameters are: each is planned once a connection, no plan
   * reads a whole table, however small that was when the plan was made, and none keeps what it has read for being asked
   * again, as all that is asked differs. Else the server plans anew wherever that promises the least gain, which for small
   * statements costs more than they do.
   */
  plansByIndex?: boolean;
  /** Whether somebody outside is to be told what happens to a tenant's rows; asked at the beginning of a transaction. */
  hasListeners?(tenantId: string): boolean;
}

/** Limits of one transaction, in milliseconds; what is absent falls back to the client's. */
export interface TransactionOptions {
  deadlineMs?: number;
  statementTimeoutMs?: number;
}

/**
 * The only way to the database. Every call may reject with a `DatabaseUnavailableError` (connection lost or refused),
 * a `DatabaseDeadlineError`, or the server's own error for a failed statement.
 */
export interface Database {
  /**
   * Runs `work` in a transaction that sees one tenant: row level security reads `app.tenant_id`, set here for the
   * length of the transaction. `tenantId` is a UUID. Make no network call inside.
   */
  withTenant<T>(tenantId: string, work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Runs statements that need nothing of one another's answers, in a transaction like `withTenant`'s but in one round
   * trip; resolves with their answers, in order. Rejects with what the first of them failed with, and then nothing of
   * them is left.
   */
  withTenantAtOnce<const T extends Statements>(
    tenantId: string,
    compose: (tx: Pick<Tx, "sql">) => T,
    options?: TransactionOptions,
  ): Promise<Answers<T>>;
  /** Runs `work` without a tenant: for global tables and the dispatcher's cross-tenant work. */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
  /** Waits for the transactions under way, then disconnects. */
  close(): Promise<void>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DEFAULT_DEADLINE_MS = 5_000;
const DEFAULT_STATEMENT_TIMEOUT_MS = 4_000;

/** Opens a pool; connections are made when they are first needed. Throws a `TypeError` for an unusable URL. */
export function connect(options: ConnectOptions): Database {
  const settings = {
    url: withoutTlsParameters(options.url),
    endpoint: parseEndpoint(options.url),
    startup: startupParameters(options),
  };
  const pool = new ConnectionPool(settings, options.max);
  const defaults = { deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS };

  async function withTenant<T>(tenantId: string, work: (tx: Tx) => Promise<T>, limits?: TransactionOptions) {
    if (!UUID.test(tenantId)) throw new TypeError("withTenant needs the tenant's UUID");
    const hasListeners = options.hasListeners?.(tenantId) ?? false;
    return runTransaction(pool, { ...defaults, ...limits, tenantId, hasListeners }, work);
  }

  async function withTenantAtOnce<const T extends Statements>(
    tenantId: string,
    compose: (tx: Pick<Tx, "sql">) => T,
    limits?: TransactionOptions,
  ) {
    if (!UUID.test(tenantId)) throw new TypeError("withTenantAtOnce needs the tenant's UUID");
    return runAtOnce(pool, { ...defaults, ...limits, tenantId }, compose);
  }

  function transaction<T>(work: (tx: Tx) => Promise<T>, limits?: TransactionOptions) {
    return runTransaction(pool, { ...defaults, ...limits }, work);
  }

  return {
    withTenant,
    withTenantAtOnce,
    transaction,
    ping: () => transaction(async ({ sql }) => void (await sql`select 1`)),
    close: () => pool.close(),
  };
}

function startupParameters(options: ConnectOptions): Record<string, string> {
  return {
    application_name: options.applicationName,
    ...(options.role && { role: options.role }),
    statement_timeout: String(options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS),
    lock_timeout: "2000",
    idle_in_transaction_session_timeout: "10000",
    // Whatever slips out of a transaction can change nothing; transactions say `read write`.
    default_transaction_read_only: "on",
    // Compiling costs more than it saves on statements of a few milliseconds.
    jit: "off",
    ...(options.plansByIndex && {
      plan_cache_mode: "force_generic_plan",
      enable_seqscan: "off",
      enable_memoize: "off",
    }),
  };
}
