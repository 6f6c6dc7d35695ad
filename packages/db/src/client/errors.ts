/**
 * What is known about a transaction that did not report success.
 * `not_committed`: COMMIT was never sent, the server rolls back. `unknown`: COMMIT was on its way.
 */
export type TransactionOutcome = "not_committed" | "unknown";

/** The connection could not be opened or was lost; the same call may succeed in a moment. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
  readonly code = "DATABASE_UNAVAILABLE";
  readonly outcome: TransactionOutcome;

  constructor(message: string, options: { outcome: TransactionOutcome; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.outcome = options.outcome;
  }
}

/** A transaction, with its wait for a connection, took longer than its client-side deadline. */
export class DatabaseDeadlineError extends Error {
  override readonly name = "DatabaseDeadlineError";
  readonly code = "DATABASE_DEADLINE";
  readonly outcome: TransactionOutcome;
  readonly deadlineMs: number;

  constructor(message: string, options: { outcome: TransactionOutcome; deadlineMs: number }) {
    super(message);
    this.outcome = options.outcome;
    this.deadlineMs = options.deadlineMs;
  }
}

/** A handle was used after its transaction ended. A mistake in the caller, never a state of the database. */
export class TransactionOverError extends Error {
  override readonly name = "TransactionOverError";
  readonly code = "TRANSACTION_OVER";

  constructor() {
    super("This transaction has ended; await every query inside its callback.");
  }
}

/** The callback swallowed a failed statement, so the server answered COMMIT with a rollback. */
export class TransactionAbortedError extends Error {
  override readonly name = "TransactionAbortedError";
  readonly code = "TRANSACTION_ABORTED";
  readonly outcome: TransactionOutcome = "not_committed";

  constructor() {
    super("The transaction was rolled back: one of its statements failed and the error was swallowed.");
  }
}

const OUTAGE_CODES = new Set([
  "DATABASE_UNAVAILABLE",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "53000", // insufficient_resources
  "53100", // disk_full
  "53200", // out_of_memory
  "53300", // too_many_connections
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout
]);

const BUSY_CODES = new Set([
  "55P03", // lock_not_available
  "57014", // query_canceled, as by statement_timeout
  "40P01", // deadlock_detected
  "40001", // serialization_failure
]);

/** Drizzle wraps the driver's error once and we wrap once more; the rest is slack. */
const MAX_CAUSES = 5;

/**
 * Whether the error, or one of its causes, says that the server cannot be reached or cannot work at the moment, such as
 * with a full disk, rather than that the statement is wrong.
 */
export const isOutage = (error: unknown): boolean => hasCode(error, OUTAGE_CODES);

/** Whether the error, or one of its causes, says that others were in the way: the same may go well in a moment. */
export const isBusyError = (error: unknown): boolean => hasCode(error, BUSY_CODES);

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth++) {
    if ("code" in current && codes.has(String(current.code))) return true;
    current = current.cause;
  }
  return false;
}
