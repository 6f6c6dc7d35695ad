import { m } from "#messages";
import type { Channel, Money, Plugin } from "../api/client.ts";
import { type LocalizedText, localized } from "../format/localized.ts";
import { formatMoney, formatSum } from "../format/money.ts";
import { formatNumber } from "../format/numbers.ts";

/** What a channel's price is for: 计费条 · segment */
export const unitName = (unit: LocalizedText | null | undefined): string =>
  unit ? localized(unit) : m.costs_unit_message();

export const billingUnit = (plugin: Plugin | undefined): string => unitName(plugin?.billing?.unit);

/** ¥0.045 / 计费条 */
export const priceText = ({ price }: Channel, plugin: Plugin | undefined): string =>
  price ? m.costs_price_of({ price: formatMoney(price), unit: billingUnit(plugin) }) : m.costs_price_none();

/** 8 计费条，¥0.36 */
export const unitsText = (units: number, unit: string, cost: readonly Money[]): string =>
  m.costs_units_and_cost({ count: formatNumber(units), unit, cost: formatSum(cost) });
