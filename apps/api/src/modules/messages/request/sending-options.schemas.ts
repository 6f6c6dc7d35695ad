import { fields, z } from "../../../platform/http/index.ts";
import { MESSAGE_CATEGORIES } from "../../templates/index.ts";

const MAX_DEDUPLICATION_SECONDS = 30 * 86_400;

/** Whom of its audience a message leaves out, and when. */
export const SendingOptionFields = {
  category: z.enum(MESSAGE_CATEGORIES).optional().openapi({
    description: "Of a message without a template, `service` when left out; a template has its own.",
  }),
  quietHours: z.enum(["defer", "drop", "ignore"]).optional().openapi({
    description:
      "What quiet hours do to it: send when they are over, leave out, or nothing. When left out they defer it, but for a critical message, to which they do nothing unless the tenant has set them for that category.",
  }),
  deduplicateSeconds: z
    .int()
    .min(60)
    .max(MAX_DEDUPLICATION_SECONDS)
    .optional()
    .openapi({
      description:
        "Leaves out who was sent the same within so many seconds by another message that asks for this too; at most 30 days. " +
        "The same is: template version or content, variables of the message and of the row, channel kind, and user or " +
        "typed address. What failed, was not delivered, was left out or never sent does not count; a forced resend pays " +
        "no heed to it.",
    }),
  allowList: fields.id("recipientList").optional().openapi({
    description: "A recipient list: only who is on it. Not together with `denyList`.",
  }),
  denyList: fields.id("recipientList").optional().openapi({
    description: "A recipient list: nobody who is on it. Not together with `allowList`.",
  }),
};

const NamedList = z.object({ id: fields.id("recipientList"), name: z.string() });

/** Whom a message was asked to leave out. */
export const Exclusions = z
  .object({
    deduplicateSeconds: z.int().nullable(),
    allowList: NamedList.nullable(),
    denyList: NamedList.nullable(),
  })
  .openapi("Exclusions", { description: "Whom the message was asked to leave out." });
