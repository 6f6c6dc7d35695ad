import type { TransactionSql } from "postgres";
import type { Connection } from "./connection.ts";
import { TransactionOverError } from "./errors.ts";

export interface TransactionHandle {
  sql: TransactionSql;
  /** Refuses every query that has not been sent yet. */
  close(): void;
}

/** The part of the driver's query object that decides when it is sent. */
interface Sendable {
  handler(query: Sendable): void;
  reject(error: Error): void;
}

/**
 * The driver's tagged template, valid for one transaction. The driver sends a query when it is first awaited, which
 * may be long after it was written; so the check stands at the moment of sending, not of writing.
 */
export function openHandle(connection: Connection): TransactionHandle {
  const client = connection.sql;
  let over = false;
  let savepoints = 0;

  function fence<T>(query: T): T {
    if (!isSendable(query)) return query;
    const send = query.handler;
    query.handler = (self) => {
      const refusal = connection.death ?? (over ? new TransactionOverError() : undefined);
      if (refusal) self.reject(refusal);
      else send(self);
    };
    return query;
  }

  const tagged = (...args: unknown[]) => fence(Reflect.apply(client, undefined, args));

  async function savepoint<T>(...args: [string, Work<T>] | [Work<T>]): Promise<T> {
    const work = args.at(-1) as Work<T>;
    const name = sql(`savepoint_${++savepoints}`);
    await sql`savepoint ${name}`;
    try {
      const result = await work(sql);
      await sql`release savepoint ${name}`;
      return result;
    } catch (error) {
      if (!connection.death) await sql`rollback to savepoint ${name}`;
      throw error;
    }
  }

  const sql = Object.assign(tagged, {
    unsafe: (...args: Parameters<typeof client.unsafe>) => fence(client.unsafe(...args)),
    array: client.array,
    json: client.json,
    typed: client.typed,
    types: client.types,
    savepoint,
  }) as unknown as TransactionSql;

  return {
    sql,
    close: () => {
      over = true;
    },
  };
}

type Work<T> = (sql: TransactionSql) => T | Promise<T>;

function isSendable(value: unknown): value is Sendable {
  return value instanceof Promise && "handler" in value;
}
