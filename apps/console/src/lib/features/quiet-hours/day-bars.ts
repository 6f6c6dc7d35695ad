import type { QuietWindow } from "../../api/client.ts";

/** Minutes of a day, from midnight. */
export interface Span {
  from: number;
  to: number;
}

/** Days that look the same. */
export interface DayBar {
  /** 1 is Monday. */
  weekdays: number[];
  spans: Span[];
}

export const DAY_MINUTES = 24 * 60;
const WEEK = [1, 2, 3, 4, 5, 6, 7];

const minuteOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
};

const before = (weekday: number): number => (weekday === 1 ? 7 : weekday - 1);

/** What is quiet on each day, with what reaches into it from the day before; days that look the same together. */
export function dayBars(windows: readonly QuietWindow[]): DayBar[] {
  const bars: DayBar[] = [];
  for (const weekday of WEEK) {
    const spans = spansOn(weekday, windows);
    const alike = bars.find((bar) => JSON.stringify(bar.spans) === JSON.stringify(spans));
    if (alike) alike.weekdays.push(weekday);
    else bars.push({ weekdays: [weekday], spans });
  }
  return bars;
}

function spansOn(weekday: number, windows: readonly QuietWindow[]): Span[] {
  const spans = windows.flatMap(({ from, to, weekdays = WEEK }): Span[] => {
    const [begin, end] = [minuteOf(from), minuteOf(to)];
    if (end > begin) return weekdays.includes(weekday) ? [{ from: begin, to: end }] : [];
    return [
      ...(weekdays.includes(before(weekday)) ? [{ from: 0, to: end }] : []),
      ...(weekdays.includes(weekday) ? [{ from: begin, to: DAY_MINUTES }] : []),
    ];
  });
  return merged(spans.filter(({ from, to }) => to > from));
}

function merged(spans: Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else result.push({ ...span });
  }
  return result;
}
