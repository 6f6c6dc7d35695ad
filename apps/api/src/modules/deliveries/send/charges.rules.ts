import type { BillingRules, OutboundMessage, SendResult } from "@tidings/sdk/plugin";
import { toBigint } from "../../../platform/ids.ts";
import { countUnits } from "../../costs/index.ts";

/** How many units the vendor bills for a delivery. */
export interface Charge {
  id: string;
  unitCount: number;
}

/** What the units of a channel's messages are counted by. */
export interface Meter {
  billing: BillingRules | undefined;
  settings: Record<string, string | number | boolean>;
}

/** What the vendor bills, by its own word where it has given it, for what it took and what it may have taken. */
export function chargesOf(
  { billing, settings }: Meter,
  messages: readonly OutboundMessage[],
  results: ReadonlyMap<string, SendResult>,
): Charge[] {
  return messages.flatMap(({ ref, content }) => {
    const result = results.get(ref);
    if (result?.status !== "accepted" && result?.status !== "unknown") return [];
    return [{ id: toBigint("dlv", ref), unitCount: result.units ?? countUnits(billing, settings, content) }];
  });
}

/** The exceptions with what they cost if the vendor turns out to have taken them. */
export function withCharges<Exception extends { id: string; state: string }>(
  exceptions: readonly Exception[],
  charges: readonly Charge[],
): (Exception & Partial<Charge>)[] {
  if (charges.length === 0) return [...exceptions];
  const byId = new Map(charges.map(({ id, unitCount }) => [id, unitCount]));
  return exceptions.map((exception) => {
    const unitCount = exception.state === "unknown" ? byId.get(exception.id) : undefined;
    return unitCount === undefined ? exception : { ...exception, unitCount };
  });
}
