export { formatAmount, type Money, sumByCurrency } from "./money.rules.ts";
export { type AskedMoney, Money as MoneySchema, moneyUpTo, readMoney, toMoney } from "./money.schemas.ts";
export { countUnits, MAX_PRICE } from "./units.rules.ts";
