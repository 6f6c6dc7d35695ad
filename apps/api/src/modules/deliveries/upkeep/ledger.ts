import type { Database, Transact } from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Loop } from "../../../platform/loops.ts";
import {
  checkSlice,
  type Discrepancy,
  LEDGER_KINDS,
  type LedgerKind,
  nextSlices,
} from "./ledger.repository.ts";

/** What the last full round through the books has found. */
export interface LedgerReport {
  startedAt: Date;
  endedAt: Date;
  counts: Record<LedgerKind, number>;
  /** The same by tenant; of the first hundred pairs of tenant and kind. */
  findings: LedgerFinding[];
  /** Messages too large for their totals to be compared in one statement. */
  uncountedMessages: number;
}

export interface LedgerFinding {
  tenantId: string;
  kind: LedgerKind;
  count: number;
}

export interface LedgerDeps {
  dispatch: Database;
  transact: Transact;
  logger: Logger;
  now(): Date;
  /** A round whose report fails is reported again. */
  report(report: LedgerReport): Promise<void>;
}

const CHUNKS_A_SLICE = 20;
const MAX_DELIVERIES_COUNTED = 100_000;
/** Between two slices: twenty chunks a second at most, whatever the installation holds. */
const SLICE_EVERY_MS = 1_000;
const MAX_FINDINGS = 100;

/**
 * Goes through the books slice by slice, for ever, and reports after each full round. Every query sees one snapshot,
 * and the engine keeps its invariants in every transaction, so what is found is wrong and not just under way.
 */
export function createLedger(deps: LedgerDeps): Loop {
  let cursor = "0";
  let round = emptyRound(deps.now());

  function note(tenantId: string, { kind, message_id: messageId, chunk_id: chunkId }: Discrepancy): void {
    round.counts[kind]++;
    countFinding(round.findings, tenantId, kind);
    deps.logger.error({ kind, tenantId, messageId, chunkId }, "the books do not agree");
  }

  async function endRound(): Promise<void> {
    await deps.report({ ...round, endedAt: deps.now() });
    cursor = "0";
    round = emptyRound(deps.now());
  }

  return {
    name: "ledger",
    idleMs: SLICE_EVERY_MS,
    async run() {
      const slices = await deps.dispatch.transaction((tx) => nextSlices(tx, cursor, CHUNKS_A_SLICE));
      for (const slice of slices) {
        const checked = await deps.transact(slice, (tx) => checkSlice(tx, slice, MAX_DELIVERIES_COUNTED));
        for (const one of checked.discrepancies) note(slice.tenantId, one);
        round.uncountedMessages += checked.uncountedMessages;
        if (BigInt(slice.toChunkId) > BigInt(cursor)) cursor = slice.toChunkId;
      }
      if (slices.length === 0) await endRound();
      return false;
    },
  };
}

const emptyRound = (startedAt: Date): Omit<LedgerReport, "endedAt"> => ({
  startedAt,
  counts: Object.fromEntries(LEDGER_KINDS.map((kind) => [kind, 0])) as Record<LedgerKind, number>,
  findings: [],
  uncountedMessages: 0,
});

function countFinding(findings: LedgerFinding[], tenantId: string, kind: LedgerKind): void {
  const known = findings.find((one) => one.tenantId === tenantId && one.kind === kind);
  if (known) known.count++;
  else if (findings.length < MAX_FINDINGS) findings.push({ tenantId, kind, count: 1 });
}
