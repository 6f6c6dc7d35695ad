import { hostname } from "node:os";
import type { Clock } from "../../platform/clock.ts";
import { randomToken } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/database/index.ts";
import type { Loop } from "../../platform/loops.ts";
import {
  forgetProcesses,
  type ProcessReport,
  type ProcessState,
  saveProcessReport,
} from "./process-report.repository.ts";

export interface ProcessReporterDeps extends Pick<ProcessReport, "role" | "queueBackend"> {
  worker: Pick<Database, "transaction">;
  clock: Clock;
  readState(): ProcessState;
}

const EVERY_MS = 10_000;
const ID_BYTES = 9;
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;
/** Of each list in a report. */
const MAX_ENTRIES = 100;
const MAX_HOST_NAME = 100;

/** Writes down how this process is, so that any other one can tell an operator. */
export function createProcessReporter({
  worker,
  clock,
  readState,
  role,
  queueBackend,
}: ProcessReporterDeps): Loop {
  const self = {
    id: randomToken(ID_BYTES),
    hostName: hostname().slice(0, MAX_HOST_NAME),
    pid: process.pid,
    startedAt: clock.now(),
    role,
    queueBackend,
  };
  return {
    name: "process-reporter",
    idleMs: EVERY_MS,
    async run() {
      const reportedAt = clock.now();
      const state = bounded(readState());
      await worker.transaction(async (tx) => {
        await saveProcessReport(tx, { ...self, reportedAt, state });
        await forgetProcesses(tx, new Date(reportedAt.getTime() - FORGOTTEN_AFTER_MS));
      });
      return false;
    },
  };
}

const bounded = ({ degraded, hung, sandbox }: ProcessState): ProcessState => ({
  degraded: degraded.slice(0, MAX_ENTRIES),
  hung: hung.slice(0, MAX_ENTRIES),
  sandbox: sandbox && {
    isInstalled: sandbox.isInstalled,
    losses: sandbox.losses.slice(0, MAX_ENTRIES),
    strikes: sandbox.strikes.slice(0, MAX_ENTRIES),
    disabled: sandbox.disabled.slice(0, MAX_ENTRIES),
  },
});
