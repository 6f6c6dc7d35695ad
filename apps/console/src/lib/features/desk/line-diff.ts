/** A line of a file next to the version before. */
export interface DiffLine {
  text: string;
  change: "same" | "added" | "removed";
  /** In the new file, from 1; absent for a line that is gone. */
  number?: number;
}

/** Cells of the table that finds what is common; beyond it the comparison would hold up the page. */
const MAX_CELLS = 4_000_000;

/** The lines of a text; a newline at the end begins no further one. */
export const linesOf = (text: string): string[] => text.replace(/\r?\n$/, "").split(/\r?\n/);

/** Lays a file over the one before, line by line; undefined where they differ too much to be compared. */
export function diffLines(before: string, after: string): DiffLine[] | undefined {
  const [old, now] = [linesOf(before), linesOf(after)];
  const head = commonLength(old, now, (lines, index) => lines[index]);
  const [oldRest, nowRest] = [old.slice(head), now.slice(head)];
  const tail = commonLength(oldRest, nowRest, (lines, index) => lines[lines.length - 1 - index]);
  const middle = diffMiddle(oldRest.slice(0, oldRest.length - tail), nowRest.slice(0, nowRest.length - tail));
  if (!middle) return undefined;
  const same = (text: string): DiffLine => ({ text, change: "same" });
  return numbered([
    ...now.slice(0, head).map(same),
    ...middle,
    ...now.slice(now.length - tail, tail === 0 ? 0 : undefined).map(same),
  ]);
}

function numbered(lines: DiffLine[]): DiffLine[] {
  let number = 0;
  return lines.map((line) => (line.change === "removed" ? line : { ...line, number: ++number }));
}

function commonLength(
  a: string[],
  b: string[],
  at: (lines: string[], index: number) => string | undefined,
): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && at(a, length) === at(b, length)) length++;
  return length;
}

/** By the longest common subsequence; what is gone stands before what came. */
function diffMiddle(old: string[], now: string[]): DiffLine[] | undefined {
  if (old.length * now.length > MAX_CELLS) return undefined;
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return walk(old, now, at);
}

function walk(old: string[], now: string[], common: (i: number, j: number) => number): DiffLine[] {
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [gone, come] = [old[i], now[j]];
    if (gone !== undefined && gone === come) {
      lines.push({ text: gone, change: "same" });
      i++;
      j++;
    } else if (gone !== undefined && (come === undefined || common(i + 1, j) >= common(i, j + 1))) {
      lines.push({ text: gone, change: "removed" });
      i++;
    } else {
      lines.push({ text: come ?? "", change: "added" });
      j++;
    }
  }
  return lines;
}
