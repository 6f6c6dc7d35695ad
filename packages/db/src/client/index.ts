export type { ConnectOptions, Database, TransactionOptions } from "./connect.ts";
export { connect } from "./connect.ts";
export type { DrizzleTx } from "./drizzle-transaction.ts";
export * from "./errors.ts";
export type { Answers, Statement, Statements, Tx } from "./transaction.ts";
