import { m } from "#messages";
import { getLocale } from "#runtime";
import type { Money } from "../api/client.ts";
import type { FieldErrors } from "./form-state.svelte.ts";

/** What is typed: an amount, or nothing. */
export interface MoneyValues {
  amount: string;
  currency: string;
}

const CURRENCIES = ["CNY", "HKD", "MOP", "TWD", "USD", "EUR", "GBP", "JPY", "SGD"];
const AMOUNT = /^\d{1,9}(\.\d{1,4})?$/;

export const moneyValues = (money: Money | null): MoneyValues =>
  money ? { amount: money.amount, currency: money.currency } : { amount: "", currency: "CNY" };

export const sentMoney = ({ amount, currency }: MoneyValues): Money | null =>
  amount.trim() === "" ? null : { amount: amount.trim(), currency };

/** Faults by the paths of what is sent. */
export function moneyErrors(name: string, { amount }: MoneyValues, max: number): FieldErrors {
  const text = amount.trim();
  if (text === "") return {};
  if (!AMOUNT.test(text)) return { [`${name}/amount`]: m.costs_amount_fault() };
  return Number(text) > max ? { [`${name}/amount`]: m.costs_amount_too_high({ max }) } : {};
}

/** The currencies to choose from, with the one that is set already. */
export function currencyOptions(current: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(getLocale(), { type: "currency" });
  return [...new Set([...CURRENCIES, current])].map((value) => ({
    value,
    label: m.costs_currency_option({ code: value, name: names.of(value) ?? value }),
  }));
}
