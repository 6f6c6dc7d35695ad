import { m } from "#messages";
import type { FrequencyCap } from "../../api/client.ts";
import type { FieldErrors } from "../../forms/form-state.svelte.ts";

export const MAX_CAPS = 20;
const MAX_LIMIT = 1000;

/** A cap as the fields of a form have it; empty stands for all. */
export interface CapValues {
  limit: number | undefined;
  hours: string;
  channelKind: string;
  category: string;
}

export interface CapsValues {
  items: CapValues[];
}

export const newCap = (): CapValues => ({ limit: 3, hours: "24", channelKind: "", category: "" });

export const capsValues = (caps: readonly FrequencyCap[]): CapsValues => ({
  items: caps.map(({ limit, hours, channelKind, category }) => ({
    limit,
    hours: String(hours),
    channelKind: channelKind ?? "",
    category: category ?? "",
  })),
});

export const capsErrors = ({ items }: CapsValues): FieldErrors =>
  Object.fromEntries(
    items.flatMap((cap, index) => [
      [`items/${index}/limit`, limitFault(cap)],
      [`items/${index}/hours`, repetitionFault(cap, items.slice(0, index))],
    ]),
  );

const limitFault = ({ limit }: CapValues): string | undefined =>
  limit !== undefined && Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT
    ? undefined
    : m.caps_error_limit({ max: MAX_LIMIT });

/** Of two caps of the same only the lower one would ever hold. */
function repetitionFault({ hours, channelKind, category }: CapValues, before: CapValues[]) {
  const isRepeated = before.some(
    (cap) => cap.hours === hours && cap.channelKind === channelKind && cap.category === category,
  );
  return isRepeated ? m.caps_error_repeated() : undefined;
}

export const sentCap = ({ limit, hours, channelKind, category }: CapValues): FrequencyCap => ({
  limit: limit ?? 0,
  hours: Number(hours),
  channelKind: channelKind || null,
  category: (category || null) as FrequencyCap["category"],
});
