import type { PendingQuery, Row, Sql, TransactionSql } from "postgres";
import type { Connection } from "./connection.ts";
import { bindDrizzle, type DrizzleTx } from "./drizzle-transaction.ts";
import { DatabaseDeadlineError, DatabaseUnavailableError, TransactionAbortedError } from "./errors.ts";
import { openHandle } from "./handle.ts";
import type { ConnectionPool } from "./pool.ts";

/** An open transaction. Valid inside its callback only; afterwards every query is refused. */
export interface Tx {
  /** Drizzle bound to this transaction. */
  readonly db: DrizzleTx;
  /** The postgres.js tagged template bound to this transaction, for hot statements. Types: `value-types.ts`. */
  readonly sql: TransactionSql;
  /** Whether somebody outside is to be told what happens in it. */
  readonly hasListeners: boolean;
}

export interface TransactionPlan {
  tenantId?: string;
  hasListeners?: boolean;
  deadlineMs: number;
  /** Milliseconds; absent: the connection's own limit holds. */
  statementTimeoutMs?: number;
}

/**
 * Runs `work` in a transaction on a connection of its own.
 *
 * The result is settled by whatever comes first: the work's end, the connection's death, or the deadline, which
 * kills the connection. A dead connection never sends COMMIT, so late work cannot commit unseen; only a loss while
 * COMMIT is on its way is undecidable, and then the error's `outcome` says `unknown`.
 */
export function runTransaction<T>(
  pool: ConnectionPool,
  plan: TransactionPlan,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return lend(pool, plan, (connection) => perform(connection, plan, work));
}

/** A statement that is yet to be sent. */
export interface Statement<Answer = unknown> extends PromiseLike<Answer> {
  execute(): PromiseLike<Answer>;
}

/** Statements that need nothing of one another's answers. */
export type Statements = readonly Statement[];

/** The answers to statements, in order. */
export type Answers<T extends Statements> = { [K in keyof T]: Awaited<T[K]> };

/**
 * Runs statements in a transaction of one round trip: BEGIN, they and COMMIT leave together. When one of them fails
 * the server answers COMMIT with a rollback, and the failure is thrown. A connection that is lost on the way leaves
 * the outcome `unknown` from the start.
 */
export function runAtOnce<const T extends Statements>(
  pool: ConnectionPool,
  plan: TransactionPlan,
  compose: (tx: Pick<Tx, "sql">) => T,
): Promise<Answers<T>> {
  return lend(pool, plan, async (connection) => {
    const { sql } = connection;
    connection.committing = true;
    const opening = openingOf(connection, plan);
    const statements: Statements = [
      ...opening,
      ...compose({ sql: sql as unknown as TransactionSql }),
      sql`commit`,
    ];
    const settled = await Promise.allSettled(statements.map((statement) => statement.execute()));
    if (connection.death) throw connection.death;
    const failure = settled.find(({ status }) => status === "rejected");
    if (failure?.status !== "rejected") {
      return settled.slice(opening.length, -1).map((one) => "value" in one && one.value) as Answers<T>;
    }
    // Without its answer there is no telling whether the connection is in a transaction.
    if (!isServerAnswer(failure.reason) || settled.at(-1)?.status === "rejected") {
      connection.kill(unavailable("The transaction failed", connection, failure.reason));
    }
    throw failure.reason;
  });
}

async function lend<T>(
  pool: ConnectionPool,
  plan: TransactionPlan,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const connection = await pool.acquire(plan.deadlineMs);
  if (connection.death) throw connection.death;
  const expire = () => {
    connection.kill(deadlineError(plan.deadlineMs, connection));
    pool.distrustIdle();
  };
  const timer = setTimeout(expire, plan.deadlineMs - (performance.now() - startedAt));
  try {
    return await new Promise<T>((resolve, reject) => {
      connection.onDeath = reject;
      use(connection).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    pool.release(connection);
  }
}

async function perform<T>(
  connection: Connection,
  plan: TransactionPlan,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const handle = openHandle(connection);
  const opening = begin(connection, plan).catch((cause: unknown) => {
    connection.kill(unavailable("The transaction could not be opened", connection, cause));
  });
  let result: T;
  try {
    result = await work(createTx(handle.sql, plan.hasListeners ?? false));
    await opening;
  } catch (error) {
    handle.close();
    if (connection.death) throw connection.death;
    await rollback(connection);
    throw error;
  }
  handle.close();
  if (connection.death) throw connection.death;
  await commit(connection);
  return result;
}

/**
 * Sends BEGIN and the settings without waiting, and the work's first statement right behind them: one round trip.
 * Should BEGIN fail alone, that statement runs outside a transaction, where the connection's
 * `default_transaction_read_only` lets it change nothing, and without a tenant, where it sees no tenant's rows.
 */
async function begin(connection: Connection, plan: TransactionPlan): Promise<void> {
  // `execute()` puts a query in line now; merely awaited ones would queue up behind the work's first.
  await Promise.all(openingOf(connection, plan).map((query) => query.execute()));
}

/** What the server gives a transaction beyond the deadline at which this end gives it up, ms. */
const SERVER_GRACE_MS = 5_000;

function openingOf(connection: Connection, plan: TransactionPlan): PendingQuery<Row[]>[] {
  const { sql } = connection;
  return [...bound(connection, plan), sql`begin read write`, ...settings(sql, plan)];
}

/**
 * Bounds the connection's transactions at the server's end too. A link that goes dead in the middle of a message leaves
 * the server waiting for the rest: it is neither idle nor in a statement then, so none of its other limits ends that, and
 * the locks would stay. Servers before PostgreSQL 17 have no such limit.
 */
function bound(connection: Connection, { deadlineMs }: TransactionPlan): PendingQuery<Row[]>[] {
  const limitMs = deadlineMs + SERVER_GRACE_MS;
  if (connection.transactionLimitMs === limitMs) return [];
  connection.transactionLimitMs = limitMs;
  return [
    connection.sql`select set_config('transaction_timeout', ${`${limitMs}ms`}, false)
      where current_setting('server_version_num')::int >= 170000`,
  ];
}

function settings(sql: Sql, { tenantId, statementTimeoutMs }: TransactionPlan): PendingQuery<Row[]>[] {
  const timeout = `${statementTimeoutMs}ms`;
  if (tenantId && statementTimeoutMs) {
    return [
      sql`select set_config('app.tenant_id', ${tenantId}, true), set_config('statement_timeout', ${timeout}, true)`,
    ];
  }
  if (tenantId) return [sql`select set_config('app.tenant_id', ${tenantId}, true)`];
  if (statementTimeoutMs) return [sql`select set_config('statement_timeout', ${timeout}, true)`];
  return [];
}

async function commit(connection: Connection): Promise<void> {
  connection.committing = true;
  try {
    const result = await connection.sql`commit`;
    if (result.command !== "COMMIT") throw new TransactionAbortedError();
  } catch (error) {
    if (connection.death) throw connection.death;
    // A refusal by the server (a deferred constraint, a serialization failure) has rolled back.
    if (!isServerAnswer(error)) connection.kill(unavailable("COMMIT failed", connection, error));
    throw connection.death ?? error;
  }
}

async function rollback(connection: Connection): Promise<void> {
  try {
    await connection.sql`rollback`;
  } catch (cause) {
    connection.kill(unavailable("ROLLBACK failed", connection, cause));
  }
}

function createTx(sql: TransactionSql, hasListeners: boolean): Tx {
  let db: DrizzleTx | undefined;
  return {
    sql,
    hasListeners,
    get db() {
      db ??= bindDrizzle(sql);
      return db;
    },
  };
}

function isServerAnswer(error: unknown): boolean {
  return (
    error instanceof TransactionAbortedError || (error instanceof Error && error.name === "PostgresError")
  );
}

function unavailable(what: string, connection: Connection, cause: unknown): DatabaseUnavailableError {
  const detail = cause instanceof Error ? `: ${cause.message}` : "";
  return new DatabaseUnavailableError(`${what}${detail}`, { outcome: connection.outcome, cause });
}

function deadlineError(deadlineMs: number, connection: Connection): DatabaseDeadlineError {
  return new DatabaseDeadlineError(`The transaction did not finish within ${deadlineMs} ms.`, {
    outcome: connection.outcome,
    deadlineMs,
  });
}
