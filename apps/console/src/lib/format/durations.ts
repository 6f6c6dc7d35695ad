import { getLocale } from "#runtime";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** The two largest units: 2 小时 5 分钟 · 2 hr 5 min. */
export function formatDuration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    const skip = amount === 0 && !(unit === "second" && parts.length === 0);
    if (skip || parts.length === 2) continue;
    parts.push(formatUnit(amount, unit));
  }
  return parts.join(" ");
}

function formatUnit(amount: number, unit: (typeof UNITS)[number][0]): string {
  return new Intl.NumberFormat(getLocale(), { style: "unit", unit, unitDisplay: "short" }).format(amount);
}
