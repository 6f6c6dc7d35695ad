import type { schema } from "@tidings/db";
import { invalidField } from "../../../platform/errors.ts";
import { toUuid } from "../../../platform/ids.ts";
import { DEFAULT_CATEGORY, type MessageCategory } from "../../templates/index.ts";

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

/** The options of a message that goes out however often it did already. */
export const withoutDeduplication = ({ deduplicateSeconds: _, ...options }: schema.SendingOptions) => options;

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
