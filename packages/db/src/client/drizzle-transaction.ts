import { createTableRelationsHelpers, extractTablesRelationalConfig } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { PostgresJsSession, PostgresJsTransaction } from "drizzle-orm/postgres-js";
import type { ExtractTablesWithRelations } from "drizzle-orm/relations";
import type { TransactionSql } from "postgres";
import * as schema from "../schema/index.ts";

type Tables = ExtractTablesWithRelations<typeof schema>;
export type DrizzleTx = PostgresJsTransaction<typeof schema, Tables>;

const dialect = new PgDialect();
const { tables, tableNamesMap } = extractTablesRelationalConfig<Tables>(schema, createTableRelationsHelpers);
const relationalSchema = { fullSchema: schema, schema: tables, tableNamesMap };

/**
 * Drizzle on a transaction that is already open. Not through `drizzle(client)`: that would read the whole schema
 * for every transaction and replace the client's value types.
 */
export function bindDrizzle(sql: TransactionSql): DrizzleTx {
  const session = new PostgresJsSession<never, typeof schema, Tables>(
    sql as never,
    dialect,
    relationalSchema,
  );
  return new PostgresJsTransaction(dialect, session, relationalSchema);
}
