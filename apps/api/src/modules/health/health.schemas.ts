import { fields, z } from "../../platform/http/index.ts";
import { LEDGER_KINDS } from "../deliveries/index.ts";
import type { InstallationHealth as Health, LedgerHealth } from "./health.service.ts";
import type { ProcessState } from "./process-report.repository.ts";

const ledgerKind = z.enum(LEDGER_KINDS);

const Ledger = z
  .object({
    startedAt: fields.moment,
    endedAt: fields.moment,
    isLate: z.boolean().openapi({ description: "No round has ended for a day." }),
    uncountedMessages: z
      .int()
      .openapi({ description: "Messages too large for their totals to be compared with their rows." }),
    counts: z.array(z.object({ kind: ledgerKind, count: z.int() })).openapi({
      description:
        "What does not agree, by kind: a chunk's rows, chunks that overlap, deliveries that nothing moves, chunks left open, leases nobody took back, statistics. All 0 is right.",
    }),
    findings: z
      .array(
        z.object({
          tenant: z.object({ id: fields.id("tenant"), code: z.string(), name: z.string() }),
          kind: ledgerKind,
          count: z.int(),
        }),
      )
      .openapi({ description: "The same by tenant, the first hundred." }),
  })
  .openapi("LedgerRound");

const Backlog = z.object({
  priority: z.int().openapi({ description: "1 is the most urgent." }),
  waiting: z.int().openapi({ description: "Deliveries that are due or wait for their time." }),
  underWay: z.int().openapi({ description: "Deliveries that a process has in hand." }),
  dueSince: fields.moment
    .nullable()
    .openapi({ description: "Since when the oldest waits that could be sent." }),
});

const Sandbox = z.object({
  isInstalled: z.boolean().openapi({ description: "False: nothing sealed runs in this process." }),
  losses: z.array(z.object({ reason: z.string(), count: z.int() })),
  strikes: z.array(z.object({ pluginId: z.string(), reason: z.string(), count: z.int() })),
  disabled: z.array(z.string()).openapi({ description: "Plugins whose code this process runs no more." }),
});

const Process = z
  .object({
    id: z.string(),
    hostName: z.string(),
    pid: z.int(),
    role: z.enum(["all", "api", "worker"]),
    startedAt: fields.moment,
    reportedAt: fields.moment,
    isSilent: z
      .boolean()
      .openapi({ description: "Nothing was heard of it for 35 seconds; it may have ended." }),
    queueBackend: z.enum(["redis", "postgres"]),
    degraded: z
      .array(z.string())
      .openapi({ description: "`queue`: hints do not get through; `plugins`: code is disabled." }),
    hung: z.array(z.string()).openapi({ description: "Loops that only a restart brings back." }),
    sandbox: Sandbox.nullable(),
  })
  .openapi("ProcessReport");

export const InstallationHealth = z
  .object({
    ledger: Ledger.nullable().openapi({ description: "Null before the first full round." }),
    backlog: z.array(Backlog).openapi({ description: "Of all tenants together, by priority." }),
    processes: z.array(Process).openapi({ description: "Those heard of within a day, the last first." }),
  })
  .openapi("InstallationHealth");

export const toInstallationHealth = ({
  ledger,
  backlog,
  processes,
}: Health): z.infer<typeof InstallationHealth> => ({
  ledger: ledger ? toLedger(ledger) : null,
  backlog: backlog.map(({ priority, waiting, underWay, dueSince }) => ({
    priority,
    waiting,
    underWay,
    dueSince: dueSince?.toISOString() ?? null,
  })),
  processes: processes.map(({ state, ...report }) => ({
    id: report.id,
    hostName: report.hostName,
    pid: report.pid,
    role: report.role,
    startedAt: report.startedAt.toISOString(),
    reportedAt: report.reportedAt.toISOString(),
    isSilent: report.isSilent,
    queueBackend: report.queueBackend,
    degraded: state.degraded,
    hung: state.hung,
    sandbox: toSandbox(state),
  })),
});

const toLedger = (round: LedgerHealth): z.infer<typeof Ledger> => ({
  startedAt: round.startedAt.toISOString(),
  endedAt: round.endedAt.toISOString(),
  isLate: round.isLate,
  uncountedMessages: round.uncountedMessages,
  counts: LEDGER_KINDS.map((kind) => ({ kind, count: round.counts[kind] ?? 0 })),
  findings: round.findings.flatMap(({ tenant: { id, code, name }, kind: stored, count }) => {
    const kind = LEDGER_KINDS.find((one) => one === stored);
    return kind ? [{ tenant: { id, code, name }, kind, count }] : [];
  }),
});

const toSandbox = ({ sandbox }: ProcessState): z.infer<typeof Sandbox> | null =>
  sandbox && {
    isInstalled: sandbox.isInstalled,
    losses: sandbox.losses.map(({ reason, count }) => ({ reason, count })),
    strikes: sandbox.strikes.map(({ pluginId, reason, count }) => ({ pluginId, reason, count })),
    disabled: sandbox.disabled,
  };
