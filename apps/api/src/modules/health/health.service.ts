import type { Clock } from "../../platform/clock.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Database, Tx } from "../../platform/database/index.ts";
import {
  findLedgerRound,
  type LedgerRoundRow,
  type PriorityBacklog,
  readBacklogByPriority,
} from "../deliveries/index.ts";
import { type AsOperator, findTenantName, type TenantName } from "../operators/index.ts";
import { listProcessReports, type ProcessReport } from "./process-report.repository.ts";

/** How the whole installation is: of tenants their names and numbers, and nothing inside them. */
export interface InstallationHealth {
  ledger: LedgerHealth | undefined;
  backlog: PriorityBacklog[];
  processes: (ProcessReport & { isSilent: boolean })[];
}

export interface LedgerHealth extends Omit<LedgerRoundRow, "findings"> {
  /** No round has ended for so long that something is wrong with the ledger itself. */
  isLate: boolean;
  findings: { tenant: TenantName; kind: string; count: number }[];
}

export interface HealthServiceDeps {
  asOperator: AsOperator;
  dispatch: Pick<Database, "transaction">;
  clock: Clock;
}

const MAX_PROCESSES = 100;
/** Three reports that did not come. */
const SILENT_AFTER_MS = 35_000;
/** A round through large books takes hours; one that takes longer than a day has stopped. */
const LATE_AFTER_MS = 24 * 3_600_000;

export function createHealthService({ asOperator, dispatch, clock }: HealthServiceDeps) {
  return {
    async getInstallationHealth(ctx: RequestContext): Promise<InstallationHealth> {
      const now = clock.now().getTime();
      const { ledger, processes } = await asOperator(ctx, async (tx) => {
        const round = await findLedgerRound(tx);
        return {
          ledger: round && (await describeRound(tx, round, now)),
          processes: await listProcessReports(tx, MAX_PROCESSES),
        };
      });
      return {
        ledger,
        backlog: await dispatch.transaction(readBacklogByPriority),
        processes: processes.map((report) => ({
          ...report,
          isSilent: now - report.reportedAt.getTime() > SILENT_AFTER_MS,
        })),
      };
    },
  };
}

export type HealthService = ReturnType<typeof createHealthService>;

async function describeRound(tx: Tx, round: LedgerRoundRow, now: number): Promise<LedgerHealth> {
  const ids = [...new Set(round.findings.map(({ tenantId }) => tenantId))];
  const tenants = new Map<string, TenantName>();
  for (const id of ids) {
    const tenant = await findTenantName(tx, id);
    if (tenant) tenants.set(id, tenant);
  }
  return {
    ...round,
    isLate: now - round.endedAt.getTime() > LATE_AFTER_MS,
    findings: round.findings.flatMap(({ tenantId, kind, count }) => {
      const tenant = tenants.get(tenantId);
      return tenant ? [{ tenant, kind, count }] : [];
    }),
  };
}
