import type { schema } from "@tidings/db";
import { canonicalJson } from "../../platform/crypto/index.ts";
import { invalidField } from "../../platform/errors.ts";
import { toUuid } from "../../platform/ids.ts";
import { DEFAULT_CATEGORY, type MessageCategory } from "../templates/index.ts";

/** The options of a message as they are asked for. */
export interface AskedOptions {
  category?: MessageCategory | undefined;
  quietHours?: schema.SendingOptions["quietHours"] | undefined;
  deduplicateSeconds?: number | undefined;
  /** Ids of recipient lists; one of the two at most. */
  allowList?: string | undefined;
  denyList?: string | undefined;
}

/** What is kept with the message: only what was asked for, so that the tenant's settings stand for the rest. */
export function optionsOf({
  quietHours,
  deduplicateSeconds,
  allowList,
  denyList,
}: AskedOptions): schema.SendingOptions {
  return {
    ...(quietHours === undefined ? {} : { quietHours }),
    ...(deduplicateSeconds === undefined ? {} : { deduplicateSeconds }),
    ...(allowList === undefined ? {} : { allowListId: toUuid("recipientList", allowList) }),
    ...(denyList === undefined ? {} : { denyListId: toUuid("recipientList", denyList) }),
  };
}

/** A list of those who may get it and one of those who may not would contradict each other. */
export function assertOneList({ allowList, denyList }: AskedOptions): void {
  if (allowList === undefined || denyList === undefined) return;
  throw invalidField("/denyList", "Give an allow list or a deny list, not both.", "exactly_one");
}

/** Whether who had the same is left out of the message. */
export const isDeduplicating = ({ options }: { options: schema.SendingOptions }): boolean =>
  options.deduplicateSeconds !== undefined;

/** The options of a message that goes out however often it did already. */
export const withoutDeduplication = ({ deduplicateSeconds: _, ...options }: schema.SendingOptions) => options;

/** What a message says, the same to all. */
interface Saying {
  templateVersionId: string | null;
  renderings: schema.Renderings | null;
  variables: Record<string, string | number>;
}

/** Messages in groups, to be stored one group after the other, in none of which two say the same. */
export function inWaves<Message extends Saying>(messages: readonly Message[]): Message[][] {
  const waves: Message[][] = [];
  const counts = new Map<string, number>();
  for (const message of messages) {
    const { templateVersionId, renderings, variables } = message;
    const saying = canonicalJson([templateVersionId, renderings, variables]);
    const place = counts.get(saying) ?? 0;
    counts.set(saying, place + 1);
    waves[place] = [...(waves[place] ?? []), message];
  }
  return waves;
}

/** A template says how urgent its messages are; without one the message may. */
export function categoryOf(
  template: { name: string; category: MessageCategory } | null,
  { category }: AskedOptions,
): MessageCategory {
  if (!template) return category ?? DEFAULT_CATEGORY;
  if (category === undefined || category === template.category) return template.category;
  const detail = `The template "${template.name}" is of the category ${template.category}, and its messages are, too. Leave the category out.`;
  throw invalidField("/category", detail, "of_template");
}
