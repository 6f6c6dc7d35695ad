import type { Tx } from "../../../platform/database/index.ts";
import { defaultChoice, type QuietNow } from "../../quiet-hours/index.ts";
import { REASONS } from "../delivery.rules.ts";
import { listOverCap } from "../judge/capping.repository.ts";
import { deferReady, listOwnQuietHours } from "../judge/deferral.repository.ts";
import type { Restraints } from "../judge/restraints.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";
import { suppressReady, type Unwanted } from "./suppression.repository.ts";

/** A chunk that is not older was judged when it was made. */
const WAITED_LONG_SECONDS = 600;

/** What of a chunk may go out now. */
export interface Restrained {
  rows: ReadyRow[];
  /** What is kept back, in order; and until when at the earliest. */
  heldIds: string[];
  dueAt: Date | undefined;
  /** How many became suppressed. */
  suppressedCount: number;
}

/**
 * Judges quiet hours and caps again for the rows of a begun chunk: it may have waited into the night, and the settings
 * may be others than when its deliveries were made.
 */
export async function restrainRows(
  tx: Tx,
  work: ChunkWork,
  rows: ReadyRow[],
  restraints: Restraints,
): Promise<Restrained> {
  const ends = await endsOf(tx, work, rows, restraints.quietHours);
  const suppressed = await suppressReady(tx, work, [
    ...(work.quietHours === "drop" ? droppedOf(ends) : []),
    ...(await listOver(tx, work, ends, restraints)),
  ]);
  if (ends.size === 0 && suppressed.size === 0)
    return { rows, heldIds: [], dueAt: undefined, suppressedCount: 0 };
  // What a vendor may have got already is not left out any more; in quiet hours it waits like the others.
  const held = rows.flatMap(([id]) => {
    const until = suppressed.has(id) ? undefined : ends.get(id);
    return until ? [{ id, until }] : [];
  });
  if (held.length > 0) await deferReady(tx, work, held);
  const heldIds = held.map(({ id }) => id);
  const isHeld = new Set(heldIds);
  return {
    rows: rows.filter(([id]) => !suppressed.has(id) && !isHeld.has(id)),
    heldIds,
    dueAt: earliest(held.map(({ until }) => until)),
    suppressedCount: suppressed.size,
  };
}

const earliest = (moments: Date[]): Date | undefined =>
  moments.length > 0 ? new Date(Math.min(...moments.map((moment) => moment.getTime()))) : undefined;

/** When the quiet hours of the rows end for which it is quiet. */
async function endsOf(
  tx: Tx,
  work: ChunkWork,
  rows: readonly ReadyRow[],
  quiet: QuietNow | undefined,
): Promise<Map<string, Date>> {
  if (!quiet) return new Map();
  const choice = work.quietHours ?? defaultChoice(work.category, quiet);
  if (choice === "ignore") return new Map();
  const own = quiet.hasOwn ? await listOwnQuietHours(tx, work) : new Map<string, string>();
  const ofTenant = quiet.byCategory[work.category];
  return new Map(
    rows.flatMap(([id]): [string, Date][] => {
      const fingerprint = own.get(id);
      const until = fingerprint === undefined ? ofTenant : quiet.byFingerprint[fingerprint];
      return until ? [[id, until]] : [];
    }),
  );
}

const droppedOf = (ends: ReadonlyMap<string, Date>): Unwanted[] =>
  [...ends.keys()].map((id) => ({ id, reason: REASONS.quietHours, detail: null }));

/** What is over a cap by now; what waits on is judged when it goes. */
async function listOver(
  tx: Tx,
  work: ChunkWork,
  ends: ReadonlyMap<string, Date>,
  { caps }: Restraints,
): Promise<Unwanted[]> {
  const isExempt = work.category === "critical" || work.ageSeconds < WAITED_LONG_SECONDS;
  if (caps.length === 0 || isExempt) return [];
  const over = await listOverCap(tx, work, caps);
  return over
    .filter(({ id }) => !ends.has(id))
    .map(({ id, code }) => ({ id, reason: REASONS.overFrequencyCap, detail: code }));
}
