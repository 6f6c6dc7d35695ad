import type { FieldProblem } from "../../platform/errors.ts";
import type { MessageCategory } from "../templates/index.ts";

/** At most `limit` deliveries to one user within any `hours`. */
export interface FrequencyCap {
  limit: number;
  hours: number;
  /** Null: of all channel kinds together. */
  channelKind: string | null;
  /** Null: of all categories together. Critical messages are neither held to a cap nor counted. */
  category: Exclude<MessageCategory, "critical"> | null;
}

/**
 * A cap as the detail of a reason: `3/24h`, `3/24h sms`, `3/24h sms marketing`, `3/24h * marketing`. The cap may be
 * another by the time somebody reads it.
 */
export function codeOf({ limit, hours, channelKind, category }: FrequencyCap): string {
  const scope = category ? [channelKind ?? "*", category] : [channelKind ?? ""];
  return [`${limit}/${hours}h`, ...scope].join(" ").trim();
}

/** What is wrong with caps beyond their form: kinds that no channel can have, and the same scope and window twice. */
export function checkCaps(caps: readonly FrequencyCap[], kinds: ReadonlySet<string>): FieldProblem[] {
  const seen = new Set<string>();
  return caps.flatMap((cap, index): FieldProblem[] => {
    const scope = codeOf({ ...cap, limit: 1 });
    const isRepeated = seen.has(scope);
    seen.add(scope);
    if (cap.channelKind !== null && !kinds.has(cap.channelKind)) {
      const detail = `No plugin serves the channel kind "${cap.channelKind}".`;
      return [{ pointer: `/items/${index}/channelKind`, detail, code: "unknown_kind" }];
    }
    if (!isRepeated) return [];
    const detail = "Another cap has the same window, channel kind and category.";
    return [{ pointer: `/items/${index}`, detail, code: "repeated" }];
  });
}
