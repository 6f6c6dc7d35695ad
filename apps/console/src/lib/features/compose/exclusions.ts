import type { SendMessage } from "../../api/client.ts";
import { formatDuration } from "../../format/durations.ts";
import type { FieldErrors } from "../../forms/form-state.svelte.ts";
import { first, required } from "../../forms/rules.ts";
import type { Option } from "../../ui/form/option.ts";
import { exclusionTexts } from "../../words/exclusions-text.ts";
import type { ComposeOptions } from "./compose-options.ts";
import type { Draft } from "./draft.ts";
import { stillThere } from "./still-there.ts";

const HOUR = 3600;
const WINDOWS = [HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];

/** How far back it is looked for the same content, in the steps that somebody thinks in. */
export const deduplicationOptions = (): Option[] =>
  WINDOWS.map((seconds) => ({ value: String(seconds), label: formatDuration(seconds) }));

export function exclusionFaults({ listUse, list }: Draft, { lists }: ComposeOptions): FieldErrors {
  const fault = first(required(list), stillThere(list, lists));
  return {
    allowList: listUse === "allow" ? fault : undefined,
    denyList: listUse === "deny" ? fault : undefined,
  };
}

/** What is sent of whom a draft leaves out. */
export const sentExclusions = ({
  listUse,
  list,
  deduplicateSeconds,
}: Draft): Pick<SendMessage, "allowList" | "denyList" | "deduplicateSeconds"> => ({
  ...(listUse === "allow" ? { allowList: list } : {}),
  ...(listUse === "deny" ? { denyList: list } : {}),
  ...(deduplicateSeconds ? { deduplicateSeconds: Number(deduplicateSeconds) } : {}),
});

/** Whom the draft leaves out, in words; undefined for nobody. */
export function exclusionSummary(
  { listUse, list, deduplicateSeconds }: Draft,
  { lists }: ComposeOptions,
): string | undefined {
  const named = lists.find(({ id }) => id === list) ?? null;
  const texts = exclusionTexts({
    allowList: listUse === "allow" ? named : null,
    denyList: listUse === "deny" ? named : null,
    deduplicateSeconds: deduplicateSeconds ? Number(deduplicateSeconds) : null,
  });
  return texts.length > 0 ? texts.join(" · ") : undefined;
}
