/** An amount of money, exact: a whole number of ten-thousandths of the currency's unit. */
export interface Money {
  amount: number;
  /** ISO 4217 */
  currency: string;
}

const SCALE = 10_000;
const DECIMALS = 4;
/** Cents are always written, what is smaller where there is any. */
const LEAST_DECIMALS = 2;
/** A decimal number with at most so many digits as an amount is exact with. */
export const AMOUNT = /^\d{1,9}(\.\d{1,4})?$/;

/** The ten-thousandths of a decimal number that matches {@link AMOUNT}. */
export function parseAmount(text: string): number {
  const [whole = "", fraction = ""] = text.split(".");
  return Number(whole) * SCALE + Number(fraction.padEnd(DECIMALS, "0"));
}

/** `450` → `0.045`, `125000` → `12.50` */
export function formatAmount(amount: number): string {
  const fraction = String(amount % SCALE).padStart(DECIMALS, "0");
  const shown = fraction.replace(/0+$/, "").padEnd(LEAST_DECIMALS, "0");
  return `${Math.floor(amount / SCALE)}.${shown}`;
}

/** Sums by currency, in the order of the currencies: what is in different ones is never added up. */
export function sumByCurrency(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, number>();
  for (const { amount, currency } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums]
    .map(([currency, amount]) => ({ currency, amount }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));

export const isCurrency = (code: string): boolean => CURRENCIES.has(code);
