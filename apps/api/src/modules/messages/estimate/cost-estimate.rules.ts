import type { LocalizedText } from "@tidings/sdk/plugin";
import { type Money, sumByCurrency } from "../../costs/index.ts";
import type { AudienceTally } from "../../deliveries/index.ts";
import type { ChannelRow } from "../request/send-plan.repository.ts";
import type { SendPlan } from "../request/send-plan.ts";
import type { UnitMeter } from "./unit-meters.rules.ts";

/** What a step sends by a channel with a price, if no vendor said anything. */
export interface ChannelEstimate {
  step: number;
  channelId: string;
  unitCount: number;
  /** What the vendor bills by; null: messages. */
  unit: LocalizedText | null;
  cost: Money;
  /** False: counted of some recipients only, who stand for the others. */
  isExact: boolean;
}

/** What a message would cost in one currency. */
export interface CostTotal {
  currency: string;
  /** What is sent if no vendor said anything. */
  amount: number;
  /** The same and every later step for everybody. */
  atMost: number;
}

export interface CostEstimate {
  channels: ChannelEstimate[];
  totals: CostTotal[];
  /** Channels that have no price; what they cost is not in the totals. */
  unpriced: Pick<ChannelRow, "id" | "name">[];
  /** False: some of it was sampled, or there are more recipients than could be looked at. */
  isExact: boolean;
  /** False: it costs at least so much. */
  isComplete: boolean;
}

/** What a tally costs. Amounts stay whole: only units are ever estimated. */
export function estimateCost(
  plan: SendPlan,
  tally: AudienceTally,
  meters: readonly UnitMeter[],
): CostEstimate {
  const valid = tally.deliveries.filter(({ reason }) => reason === null);
  const atOnce = pricedRows(valid, meters);
  const later = pricedRows(tally.fallbacks, meters);
  const rows = [...atOnce, ...later];
  return {
    channels: byChannel(plan, atOnce, meters),
    totals: totalsOf(atOnce, rows),
    unpriced: plan.allChannels
      .filter(({ id }) => !meters.some(({ channelId }) => channelId === id))
      .map(({ id, name }) => ({ id, name })),
    isExact: tally.isExact && rows.every(({ isSampled }) => !isSampled),
    isComplete: tally.isExact,
  };
}

interface PricedRow {
  step: number;
  channelId: string;
  unitCount: number;
  isSampled: boolean;
  cost: Money;
}

type TalliedRow = Omit<PricedRow, "cost"> & { count: number };

const pricedRows = (rows: readonly TalliedRow[], meters: readonly UnitMeter[]): PricedRow[] =>
  rows.flatMap(({ step, channelId, count, isSampled, unitCount: metered }) => {
    const meter = meters.find((one) => one.channelId === channelId);
    if (!meter) return [];
    const unitCount = meter.unitsEach === undefined ? metered : meter.unitsEach * count;
    const cost = { ...meter.price, amount: meter.price.amount * unitCount };
    return [{ step, channelId, unitCount, isSampled, cost }];
  });

/** One for each step and channel with a price, also where nothing is sent by it. */
const byChannel = (
  plan: SendPlan,
  rows: readonly PricedRow[],
  meters: readonly UnitMeter[],
): ChannelEstimate[] =>
  plan.steps.flatMap(({ channels }, step) =>
    channels.flatMap(({ id: channelId }) => {
      const meter = meters.find((one) => one.channelId === channelId);
      if (!meter) return [];
      const own = rows.filter((row) => row.step === step && row.channelId === channelId);
      const { currency } = meter.price;
      return [
        {
          step,
          channelId,
          unitCount: own.reduce((sum, { unitCount }) => sum + unitCount, 0),
          unit: meter.unit,
          cost: { amount: own.reduce((sum, { cost }) => sum + cost.amount, 0), currency },
          isExact: own.every(({ isSampled }) => !isSampled),
        },
      ];
    }),
  );

function totalsOf(atOnce: readonly PricedRow[], all: readonly PricedRow[]): CostTotal[] {
  const first = sumByCurrency(atOnce.map(({ cost }) => cost));
  return sumByCurrency(all.map(({ cost }) => cost)).map(({ currency, amount: atMost }) => ({
    currency,
    amount: first.find((sum) => sum.currency === currency)?.amount ?? 0,
    atMost,
  }));
}
