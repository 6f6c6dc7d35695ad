/** What one side of a round did. */
export interface Measurement {
  perSecond: number;
  /** CPU time a message took in the server and in PostgreSQL, µs; of the product's side only. */
  serverMicros?: number;
  databaseMicros?: number;
  /** Latencies and the like, for the reader. */
  note?: string;
}

/** One comparison: something plain, and the product doing the same and what it promises besides. */
export interface Row {
  name: string;
  title: string;
  unit: string;
  /** The ratio product ÷ reference that the run must reach. */
  target: number;
  /** Both throw when what they did is not correct: such a run is void. */
  measureReference(): Promise<Measurement>;
  measureProduct(): Promise<Measurement>;
}

export interface Round {
  ratio: number;
  reference: Measurement;
  product: Measurement;
}

export interface RowResult extends Pick<Row, "name" | "title" | "unit" | "target"> {
  /** The median of the rounds' ratios. */
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
  const done: Round[] = [];
  while (done.length < rounds || (spreadOf(done) > MOST_SPREAD && done.length < rounds + EXTRA_ROUNDS)) {
    const reference = await row.measureReference();
    const product = await row.measureProduct();
    const round = { ratio: product.perSecond / reference.perSecond, reference, product };
    done.push(round);
    report(describeRound(row, done.length, round));
  }
  const { name, title, unit, target } = row;
  const ratio = medianOf(done.map((round) => round.ratio));
  return { name, title, unit, target, ratio, rounds: done, isNoisy: spreadOf(done) > MOST_SPREAD };
}

function spreadOf(rounds: Round[]): number {
  const rates = rounds.map(({ reference }) => reference.perSecond);
  return Math.max(...rates) / Math.min(...rates);
}

export function medianOf(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper;
}

function describeRound(row: Row, number: number, { ratio, reference, product }: Round): string {
  const rate = ({ perSecond }: Measurement) => Math.round(perSecond).toLocaleString("en");
  const cpu = `CPU-µs a message: server ${product.serverMicros?.toFixed(1)}, PostgreSQL ${product.databaseMicros?.toFixed(1)}`;
  const note = product.note ? ` · ${product.note}` : "";
  return `  ${row.name} round ${number}: reference ${rate(reference)}, product ${rate(product)} ${row.unit} → ${ratio.toFixed(2)} · ${cpu}${note}`;
}
