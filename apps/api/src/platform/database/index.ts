import type { Answers, Database, Statements, Tx } from "@tidings/db";
import { toUuid } from "../ids.ts";

export {
  type Database,
  DatabaseDeadlineError,
  DatabaseUnavailableError,
  isBusyError,
  isOutage,
  type Statement,
  type Tx,
} from "@tidings/db";
export { whenDatabaseAnswers } from "./when-database-answers.ts";

/**
 * Runs work in one transaction of the context's tenant: committed when it returns, rolled back when it throws.
 * No network call belongs inside.
 */
export type Transact = <T>(ctx: { tenantId: string }, work: (tx: Tx) => Promise<T>) => Promise<T>;

export function transactIn(database: Pick<Database, "withTenant">): Transact {
  return (ctx, work) => database.withTenant(toUuid("tenant", ctx.tenantId), work);
}

/** Like `Transact`, for statements that need nothing of one another's answers: one round trip for all of them. */
export type TransactAtOnce = <const T extends Statements>(
  ctx: { tenantId: string },
  compose: (tx: Pick<Tx, "sql">) => T,
) => Promise<Answers<T>>;

export function transactAtOnceIn(database: Pick<Database, "withTenantAtOnce">): TransactAtOnce {
  return (ctx, compose) => database.withTenantAtOnce(toUuid("tenant", ctx.tenantId), compose);
}

/** What only reads may take longer than what others wait for. */
const READ_LIMITS = { deadlineMs: 6_000, statementTimeoutMs: 5_000 };

/** Like `transactIn`, for work that reads much: it can change nothing. */
export function readIn(database: Pick<Database, "withTenant">): Transact {
  return (ctx, work) =>
    database.withTenant(
      toUuid("tenant", ctx.tenantId),
      async (tx) => {
        await tx.sql`set transaction read only`;
        return work(tx);
      },
      READ_LIMITS,
    );
}

/**
 * Lets a transaction's COMMIT answer before the disk has it, for work that is done again when a crash of the server takes
 * it away. The next COMMIT that waits makes it last as well: what is built upon it never outlives it.
 */
export async function commitWithoutWaiting({ sql }: Pick<Tx, "sql">): Promise<void> {
  await sql`set local synchronous_commit = off`;
}

const fragmentOf = ({ sql }: Pick<Tx, "sql">) => sql`select`;
/** A piece of SQL to put into a statement. */
export type Fragment = ReturnType<typeof fragmentOf>;

/**
 * Says again which rows a statement is about that joins them by their key: a planner that takes a table for small, as it
 * was a minute ago, would join by going through all that the tenant has in it. Where it is one row, an equation leaves it
 * no choice. `ids` are keys of type bigint.
 */
export function isOneOf({ sql }: Pick<Tx, "sql">, column: Fragment, ids: readonly string[]): Fragment {
  const [only, ...others] = ids;
  return only !== undefined && others.length === 0
    ? sql`${column} = ${only}::bigint`
    : sql`${column} = any(${[...ids]}::bigint[])`;
}

const UNIQUE_VIOLATION = "23505";

/** The columns of the unique constraint that an insert or update ran into, or undefined for another error. */
export function violatedUnique(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause as Error) {
    const { code, constraint_name: name } = cause as { code?: string; constraint_name?: string };
    if (code === UNIQUE_VIOLATION) return name ?? "unknown";
  }
  return undefined;
}
