import type { schema } from "@tidings/db";
import { invalidField } from "../../platform/errors.ts";
import { DEFAULT_CATEGORY, type MessageCategory } from "../templates/index.ts";

/** The options of a message as they are asked for. */
export interface AskedOptions {
  category?: MessageCategory | undefined;
  quietHours?: schema.SendingOptions["quietHours"] | undefined;
  deduplicateSeconds?: number | undefined;
}

/** What is kept with the message: only what was asked for, so that the tenant's settings stand for the rest. */
export function optionsOf({ quietHours, deduplicateSeconds }: AskedOptions): schema.SendingOptions {
  return {
    ...(quietHours === undefined ? {} : { quietHours }),
    ...(deduplicateSeconds === undefined ? {} : { deduplicateSeconds }),
  };
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
