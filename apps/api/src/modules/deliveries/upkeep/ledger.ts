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
  endedAt: Date | undefined;
  counts: Record<LedgerKind, number>;
  /** Messages too large for their totals to be compared in one statement. */
  uncountedMessages: number;
}

export interface LedgerDeps {
  dispatch: Database;
  transact: Transact;
  logger: Logger;
  now(): Date;
  report(report: LedgerReport): void;
}

const CHUNKS_A_SLICE = 20;
const MAX_DELIVERIES_COUNTED = 100_000;
/** Between two slices: twenty chunks a second at most, whatever the installation holds. */
const SLICE_EVERY_MS = 1_000;

/**
 * Goes through the books slice by slice, for ever, and reports after each full round. Every query sees one snapshot,
 * and the engine keeps its invariants in every transaction, so what is found is wrong and not just under way.
 */
export function createLedger(deps: LedgerDeps): Loop {
  let cursor = "0";
  let found = emptyCounts();
  let uncountedMessages = 0;

  function note(tenantId: string, { kind, message_id: messageId, chunk_id: chunkId }: Discrepancy): void {
    found[kind]++;
    deps.logger.error({ kind, tenantId, messageId, chunkId }, "the books do not agree");
  }

  function endRound(): void {
    deps.report({ endedAt: deps.now(), counts: found, uncountedMessages });
    cursor = "0";
    found = emptyCounts();
    uncountedMessages = 0;
  }

  return {
    name: "ledger",
    idleMs: SLICE_EVERY_MS,
    async run() {
      const slices = await deps.dispatch.transaction((tx) => nextSlices(tx, cursor, CHUNKS_A_SLICE));
      for (const slice of slices) {
        const checked = await deps.transact(slice, (tx) => checkSlice(tx, slice, MAX_DELIVERIES_COUNTED));
        for (const one of checked.discrepancies) note(slice.tenantId, one);
        uncountedMessages += checked.uncountedMessages;
        if (BigInt(slice.toChunkId) > BigInt(cursor)) cursor = slice.toChunkId;
      }
      if (slices.length === 0) endRound();
      return false;
    },
  };
}

const emptyCounts = () =>
  Object.fromEntries(LEDGER_KINDS.map((kind) => [kind, 0])) as Record<LedgerKind, number>;
