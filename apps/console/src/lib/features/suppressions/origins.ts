import type { Suppression } from "#lib/api/client.ts";
import { m } from "#messages";

type Origin = Suppression["origin"];

const texts: Record<Origin, () => string> = {
  manual: m.suppressions_origin_manual,
  unsubscribed: m.suppressions_origin_unsubscribed,
  hard_bounce: m.suppressions_origin_hard_bounce,
  complaint: m.suppressions_origin_complaint,
  vendor: m.suppressions_origin_vendor,
};

export const originText = (origin: Origin): string => texts[origin]();

export const originOptions = () =>
  (Object.keys(texts) as Origin[]).map((value) => ({ value, label: originText(value) }));
