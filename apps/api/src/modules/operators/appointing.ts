import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import { recordInstallationAudit } from "./installation-audit.repository.ts";
import type { InstallationContext } from "./installation-context.ts";
import { appointOperators, dismissOthers, type OperatorRow } from "./operator.repository.ts";

const EVERY_MS = 30_000;

export interface AppointingDeps {
  database: Pick<Database, "transaction">;
  clock: Clock;
  /** Lower case. */
  emails: readonly string[];
}

/**
 * Keeps the operators those that the installation's settings name: a login that is made later becomes one within half a
 * minute, and who is no longer named is none after the next start.
 */
export function createAppointingLoop({ database, clock, emails }: AppointingDeps): Loop {
  const ctx: InstallationContext = {
    actor: { kind: "system", name: "settings" },
    requestId: "system",
    now: () => clock.now(),
  };
  return {
    name: "appointing",
    idleMs: EVERY_MS,
    async run() {
      await database.transaction(async (tx) => {
        for (const row of await appointOperators(tx, emails)) {
          await recordInstallationAudit(tx, ctx, { action: "operator.appointed", ...named(row) });
        }
        for (const row of await dismissOthers(tx, emails)) {
          await recordInstallationAudit(tx, ctx, { action: "operator.dismissed", ...named(row) });
        }
      });
      return false;
    },
  };
}

const named = ({ accountId, email }: OperatorRow) => ({ subjectId: accountId, subjectName: email });
