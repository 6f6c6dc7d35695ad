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

/** What would be made of recipients, if no vendor said anything. */
export interface Tally {
  deliveries: (Counted & { step: number; channelId: string })[];
  /** Each once, by the first step that can be sent to them; null and the first step's reason where none can. */
  recipients: (Counted & { beginsAt: number | null })[];
}

export const noTally = (): Tally => ({ deliveries: [], recipients: [] });

/** The tally of those of both, who are different people. */
export function addTallies(one: Tally, other: Tally): Tally {
  return {
    deliveries: addUp([...one.deliveries, ...other.deliveries], (row) => [
      row.step,
      row.channelId,
      row.reason,
      row.deferredUntil,
    ]),
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
export function endTally({ deliveries, recipients }: Tally, expiresAt: Date | null): Tally {
  // Rows that differed by until when they wait are alike by now.
  return addTallies(noTally(), {
    deliveries: deliveries.map((row) => ended(row, expiresAt)),
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

function addUp<Row extends Counted>(rows: Row[], keyOf: (row: Row) => unknown[]): Row[] {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(keyOf(row));
    const sum = sums.get(key);
    const samples = [...(sum?.samples ?? []), ...row.samples].slice(0, MAX_SAMPLES);
    sums.set(key, { ...row, count: (sum?.count ?? 0) + row.count, samples });
  }
  return [...sums.values()];
}
