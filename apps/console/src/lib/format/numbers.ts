import { getLocale } from "#runtime";

/** 81,204 */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(getLocale()).format(value);
}

/** A share between 0 and 1 as 98.4%. Rounded down, so that 100% is only said when it is all. */
export function formatPercent(share: number): string {
  return new Intl.NumberFormat(getLocale(), {
    style: "percent",
    maximumFractionDigits: 1,
    roundingMode: "floor",
  } as Intl.NumberFormatOptions).format(share);
}

/** 8.1万 · 81K: where the exact number stands beside it. */
export function formatCompact(value: number): string {
  return new Intl.NumberFormat(getLocale(), { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** 5.7 KB, of bytes. */
export function formatKilobytes(bytes: number): string {
  return new Intl.NumberFormat(getLocale(), {
    style: "unit",
    unit: "kilobyte",
    maximumFractionDigits: 1,
  }).format(bytes / 1024);
}
