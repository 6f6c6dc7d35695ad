/** What one side of a round did. */
export interface Measurement {
  perSecond: number;
  /** CPU time a message took in the server and in PostgreSQL, µs; of the product's side only. */
  serverMicros?: number;
  databaseMicros?: number;
  /** Latencies and the like, for the reader. */
  note?: string;
}

interface Described {
  name: string;
  title: string;
  unit: string;
  /** What the row's figure must reach, or stay within where `atMost` is set. */
  target: number;
  atMost?: true;
  /** Where one round says enough. */
  rounds?: number;
}

/** The product against something plain that does the same; the figure is the ratio of their rates. */
export interface Comparison extends Described {
  /** Both throw when what they did is not correct: such a run is void. */
  measureReference(): Promise<Measurement>;
  measureProduct(): Promise<Measurement>;
}

/** The product against a fixed limit; the figure has the row's unit. */
export interface Limit extends Described {
  /** Throws when what was done is not correct. */
  measure(): Promise<{ value: number; note?: string }>;
}

export type Row = Comparison | Limit;

export interface Round {
  ratio: number;
  reference?: Measurement;
  product?: Measurement;
  note?: string;
}

export interface RowResult extends Pick<Described, "name" | "title" | "unit" | "target" | "atMost"> {
  /** The median of the rounds' figures. */
  ratio: number;
  rounds: Round[];
  /** The reference itself varied so much that absolute figures mean little. */
  isNoisy: boolean;
}

const MOST_SPREAD = 1.5;
const EXTRA_ROUNDS = 3;

/**
 * Measures reference and product in turn, so that both see the same weather; a ratio is taken inside a round. When
 * the reference varies by more than half, up to three rounds are added and the result is marked.
 */
export async function measureRow(
  row: Row,
  rounds: number,
  report: (line: string) => void,
): Promise<RowResult> {
  const wanted = row.rounds ?? rounds;
  const done: Round[] = [];
  while (done.length < wanted || (spreadOf(done) > MOST_SPREAD && done.length < wanted + EXTRA_ROUNDS)) {
    const round = await measureRound(row);
    done.push(round);
    report(`  ${row.name} round ${done.length}: ${describeRound(row, round)}`);
  }
  const { name, title, unit, target, atMost } = row;
  const ratio = medianOf(done.map((round) => round.ratio));
  return {
    name,
    title,
    unit,
    target,
    ...(atMost && { atMost }),
    ratio,
    rounds: done,
    isNoisy: spreadOf(done) > MOST_SPREAD,
  };
}

async function measureRound(row: Row): Promise<Round> {
  if ("measure" in row) {
    const { value, note } = await row.measure();
    return { ratio: value, ...(note && { note }) };
  }
  const reference = await row.measureReference();
  const product = await row.measureProduct();
  return { ratio: product.perSecond / reference.perSecond, reference, product };
}

export const isReached = ({ ratio, target, atMost }: RowResult) =>
  atMost ? ratio <= target : ratio >= target;

function spreadOf(rounds: Round[]): number {
  const rates = rounds.flatMap(({ reference }) => reference?.perSecond ?? []);
  return rates.length === 0 ? 1 : Math.max(...rates) / Math.min(...rates);
}

export function medianOf(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper;
}

function describeRound({ unit }: Row, { ratio, reference, product, note }: Round): string {
  if (!reference || !product) return `${ratio.toFixed(2)} ${unit}${note ? ` · ${note}` : ""}`;
  const rate = ({ perSecond }: Measurement) => Math.round(perSecond).toLocaleString("en");
  const rates = `reference ${rate(reference)}, product ${rate(product)} ${unit} → ${ratio.toFixed(2)}`;
  return [rates, describeCpu(product), product.note].filter(Boolean).join(" · ");
}

function describeCpu({ serverMicros, databaseMicros }: Measurement): string {
  if (serverMicros === undefined || databaseMicros === undefined) return "";
  return `CPU-µs a message: server ${serverMicros.toFixed(1)}, PostgreSQL ${databaseMicros.toFixed(1)}`;
}
