import type { RequestContext } from "../../platform/context.ts";
import type { Database, Tx } from "../../platform/database/index.ts";
import { forbidden } from "../../platform/errors.ts";
import { type LoginContext, loginOf } from "./installation-context.ts";
import { isOperator } from "./operator.repository.ts";

/**
 * Runs an operator's work in one transaction of no tenant: the fences of every tenant stay closed. Whether somebody is an
 * operator is asked in that very transaction, so that who was dismissed can do nothing more.
 */
export type AsOperator = <T>(
  ctx: RequestContext,
  work: (tx: Tx, operator: LoginContext) => Promise<T>,
) => Promise<T>;

export function actAsOperator(database: Pick<Database, "transaction">): AsOperator {
  return (ctx, work) => {
    const login = loginOf(ctx);
    return database.transaction(async (tx) => {
      if (!(await isOperator(tx, login.actor.accountId))) {
        throw forbidden("Only an operator of this installation can do this.");
      }
      return work(tx, login);
    });
  };
}
