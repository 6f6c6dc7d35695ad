import { REASONS } from "../delivery.rules.ts";

/** Recipients that stand for many with the same answer. */
export const MAX_SAMPLES = 10;

export interface Sample {
  /** The tenant's own id; null with a typed address. */
  userId: string | null;
  name: string | null;
  address: string | null;
}

interface Counted {
  /** Why it cannot be sent; null: it can. */
  reason: string | null;
  /** The end of the quiet hours that it waits for; null: it goes at once, or never. */
  deferredUntil: Date | null;
  count: number;
  samples: Sample[];
}

/** Units of messages that differ from one recipient to the next; 0 where nobody counts them one by one. */
export interface Metered {
  unitCount: number;
  /** They were counted of some recipients only, who stand for the others. */
  isSampled: boolean;
}

/** What would be made of recipients, if no vendor said anything. */
export interface Tally {
  deliveries: (Counted & Metered & { step: number; channelId: string })[];
  /** What later steps would make at most, if no earlier one were satisfied. */
  fallbacks: (Metered & { step: number; channelId: string; count: number })[];
  /** Each once, by the first step that can be sent to them; null and the first step's reason where none can. */
  recipients: (Counted & { beginsAt: number | null })[];
}

export const noTally = (): Tally => ({ deliveries: [], fallbacks: [], recipients: [] });

/** The tally of those of both, who are different people. */
export function addTallies(one: Tally, other: Tally): Tally {
  return {
    deliveries: addUp([...one.deliveries, ...other.deliveries], (row) => [
      row.step,
      row.channelId,
      row.reason,
      row.deferredUntil,
    ]),
    fallbacks: addUp([...one.fallbacks, ...other.fallbacks], (row) => [row.step, row.channelId]),
    recipients: addUp([...one.recipients, ...other.recipients], (row) => [
      row.beginsAt,
      row.reason,
      row.deferredUntil,
    ]),
  };
}

/** Whether the time to live is over before the quiet hours are. */
export const isOutlasted = (deferredUntil: Date | null, expiresAt: Date | null): boolean =>
  deferredUntil !== null && expiresAt !== null && deferredUntil >= expiresAt;

/**
 * The tally when the time to live is over: what waits for the end of quiet hours beyond it is never sent. It is no
 * failure that a later step would answer: the message ends with it.
 */
export function endTally({ deliveries, fallbacks, recipients }: Tally, expiresAt: Date | null): Tally {
  // Rows that differed by until when they wait are alike by now.
  return addTallies(noTally(), {
    deliveries: deliveries.map((row) => ended(row, expiresAt)),
    fallbacks,
    recipients: recipients.map((row) => {
      const end = ended(row, expiresAt);
      return end === row ? row : { ...end, beginsAt: null };
    }),
  });
}

/** What becomes of a row that is judged when the time to live is over. */
export function ended<Row extends Pick<Counted, "reason" | "deferredUntil">>(
  row: Row,
  expiresAt: Date | null,
): Row {
  if (!isOutlasted(row.deferredUntil, expiresAt)) return row;
  return { ...row, reason: REASONS.quietHoursOutlast, deferredUntil: null };
}

interface Summable extends Partial<Metered> {
  count: number;
  samples?: Sample[];
}

function addUp<Row extends Summable>(rows: Row[], keyOf: (row: Row) => unknown[]): Row[] {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(keyOf(row));
    const sum = sums.get(key);
    sums.set(key, sum ? addRow(sum, row) : row);
  }
  return [...sums.values()];
}

const addRow = <Row extends Summable>(sum: Row, row: Row): Row => ({
  ...row,
  count: sum.count + row.count,
  ...(sum.samples && { samples: [...sum.samples, ...(row.samples ?? [])].slice(0, MAX_SAMPLES) }),
  ...(sum.unitCount !== undefined && {
    unitCount: sum.unitCount + (row.unitCount ?? 0),
    isSampled: sum.isSampled || row.isSampled,
  }),
});
