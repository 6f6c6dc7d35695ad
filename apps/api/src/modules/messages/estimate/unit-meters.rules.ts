import type { LocalizedText, PluginManifest } from "@tidings/sdk/plugin";
import type { PluginCatalogue } from "../../../platform/plugin-runtime/index.ts";
import { countUnits, type Money } from "../../costs/index.ts";
import {
  neededVariables,
  type ReadyRow,
  type RecipientMeter,
  renderDelivery,
} from "../../deliveries/index.ts";
import { compileRendering, variablesIn } from "../../templates/index.ts";
import { isOfRecipient, type SendMessage } from "../accept/accept.rules.ts";
import type { SendPlan } from "../request/send-plan.ts";
import type { ChannelPrice } from "./channel-price.repository.ts";

/** What the messages of a channel with a price are counted by. */
export interface UnitMeter {
  channelId: string;
  price: Money;
  /** What the vendor bills by; null: messages. */
  unit: LocalizedText | null;
  /** The units of every message alike; undefined where they differ from one recipient to the next. */
  unitsEach: number | undefined;
  unitsOf(row: ReadyRow): number;
}

/** About as long as where a recipient unsubscribes. */
const SAMPLE_UNSUBSCRIBE_URL = `https://example.org/u/${"x".repeat(60)}`;

/** Somebody whose message says what every other one says. */
const ANYBODY: ReadyRow = ["0", "", null, null, null, null];

/** Meters of those of a plan's channels that have a price and a plugin. Links that are tracked count as they are written. */
export function metersOf(
  catalogue: PluginCatalogue,
  plan: SendPlan,
  input: SendMessage,
  prices: readonly ChannelPrice[],
): UnitMeter[] {
  return prices.flatMap((priced) => {
    const channel = plan.allChannels.find(({ id }) => id === priced.id);
    const plugin = channel && catalogue.find(channel.pluginId);
    return plugin ? [meterOf(plugin.manifest, plan, input, priced)] : [];
  });
}

function meterOf(
  { content: fields, kind, billing }: PluginManifest,
  { renderings, template }: SendPlan,
  input: SendMessage,
  { id: channelId, price, settings }: ChannelPrice,
): UnitMeter {
  if (!billing) return { channelId, price, unit: null, unitsEach: 1, unitsOf: () => 1 };
  const rendering = (renderings ?? input.content)?.[kind] ?? {};
  const compiled = compileRendering(rendering, fields);
  const needed = neededVariables(variablesIn(compiled), template?.variables ?? []);
  const shared = {
    compiled,
    fields,
    variables: input.variables,
    needed,
    unsubscribeUrl: () => SAMPLE_UNSUBSCRIBE_URL,
    carriesUnsubscribe: false,
  };
  // What cannot be written for somebody is not sent to them.
  const unitsOf = (row: ReadyRow): number => {
    const rendered = renderDelivery(shared, row);
    return "message" in rendered ? countUnits(billing, settings, rendered.message.content) : 0;
  };
  const differs = needed.some(({ name, isUsed }) => isUsed && isOfRecipient(input, name));
  return { channelId, price, unit: billing.unit, unitsEach: differs ? undefined : unitsOf(ANYBODY), unitsOf };
}

/** What counts the messages that differ from one recipient to the next; undefined where none do. */
export function recipientMeterOf(meters: readonly UnitMeter[]): RecipientMeter | undefined {
  const varied = new Map(
    meters.filter(({ unitsEach }) => unitsEach === undefined).map((one) => [one.channelId, one]),
  );
  if (varied.size === 0) return undefined;
  return {
    channelIds: [...varied.keys()],
    unitsOf: (channelId, row) => varied.get(channelId)?.unitsOf(row) ?? 0,
  };
}
